/**
 * The official Socket.IO client against a running kiosk: connects, hears the state, votes, loses the link and
 * comes back. Writes what it heard as one line of JSON.
 *
 *     node official_client.mjs BASE TOKEN OPEN_ROUND CLOSED_ROUND TRANSPORTS
 */

import process from "node:process";
import { io } from "socket.io-client";

const [base, token, openRound, closedRound, transports] = process.argv.slice(2);
const ballot = { id: `official-${transports.replace(",", "-")}`, round: openRound, answer: { options: ["a"] } };

const socket = io(base, {
  auth: { token, lang: "sv", window: "phone" },
  transports: transports.split(","),
  reconnectionDelay: 50,
  timeout: 5_000,
});

const next = (name) => new Promise((resolve) => socket.once(name, resolve));
const send = (message) => socket.timeout(5_000).emitWithAck("ballot", message);

const giveUp = setTimeout(() => {
  process.stderr.write("nothing happened\n");
  process.exit(1);
}, 20_000);

socket.on("connect_error", (error) => process.stderr.write(`${error.message}\n`));

const first = await next("state");
if (transports.startsWith("polling,")) {
  while (socket.io.engine.transport.name !== "websocket") await new Promise((resolve) => setTimeout(resolve, 20));
}
const heard = {
  first,
  transport: socket.io.engine.transport.name,
  counted: await send(ballot),
  repeated: await send(ballot),
  conflict: await send({ ...ballot, answer: { options: ["b"] } }),
  late: await send({ ...ballot, id: `${ballot.id}-late`, round: closedRound }),
};

const again = next("state");
socket.io.engine.close();
heard.again = await again;
heard.afterwards = await send(ballot);
socket.disconnect();
clearTimeout(giveUp);
process.stdout.write(`${JSON.stringify(heard)}\n`);
