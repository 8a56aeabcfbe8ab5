/**
 * The waits of the official client, with chance taken out: for each draw the wait after so many failures.
 *
 *     node waits_of_the_library.mjs MIN MAX JITTER DRAW...
 */

import process from "node:process";
import { Backoff } from "../../node_modules/socket.io-client/build/esm/contrib/backo2.js";

const [min, max, jitter, ...draws] = process.argv.slice(2).map(Number);
const backoff = new Backoff({ min, max, jitter });
const waits = draws.map((draw) => {
  Math.random = () => draw;
  return backoff.duration();
});
process.stdout.write(JSON.stringify(waits));
