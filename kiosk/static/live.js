/** The live link of every window: one socket, and its news. */

import { io } from "../vendor/socket.io.esm.min.js";

const RECONNECT_MS = 2_000;
const RECONNECT_MAX_MS = 20_000;
/** Spreads the return of a whole hall after a restart. */
const RECONNECT_SPREAD = 0.7;

/**
 * @typedef {{round: string, answered: number, connected: number, seq: number}} Tally
 * @typedef {{connected: number}} Presence
 * @typedef {object} Listeners
 * @property {(state: any) => void} [state] what the window shows now
 * @property {(tally: Tally) => void} [tally] newest numbers of an open round (console and wall)
 * @property {(presence: Presence) => void} [presence] how many are connected (console and wall)
 * @property {(code: string) => void} [farewell] why the server ends this connection
 * @property {(news: any) => void} [saving] whether the server can save (console)
 * @property {(up: boolean, code?: string) => void} [link] the socket is there, or is not; the code of the
 *   refusal when the server let it not in
 *
 * @typedef {object} Link
 * @property {() => boolean} isUp
 * @property {(event: string, message: unknown, timeout: number) => Promise<any>} send resolves with the
 *   acknowledgement; rejects when there is no link or no acknowledgement in time
 * @property {() => void} wake connect now instead of waiting for the next attempt
 * @property {() => void} stop
 */

/**
 * Follow the room.
 * @param {{window: "phone" | "console" | "wall", lang: string, meeting?: string, on: Listeners}} options
 * @returns {Link}
 */
export function follow({ window: name, lang, meeting, on }) {
  const socket = io({
    auth: { window: name, lang, ...(meeting ? { meeting } : {}) },
    transports: ["websocket", "polling"],
    reconnectionDelay: RECONNECT_MS,
    reconnectionDelayMax: RECONNECT_MAX_MS,
    randomizationFactor: RECONNECT_SPREAD,
  });
  /** @type {Map<string, number>} */
  const newest = new Map();

  let stopped = false;
  /** @param {string} [code] */
  const comeBack = (code) => {
    if (stopped) return;
    on.link?.(false, code);
    // The library does not try again by itself when the server was the one to say no.
    if (!socket.active) setTimeout(() => stopped || socket.connect(), RECONNECT_MS * (1 + 4 * Math.random()));
  };
  socket.on("connect", () => {
    newest.clear();
    on.link?.(true);
  });
  socket.on("disconnect", () => comeBack());
  socket.on("connect_error", (error) => comeBack(socket.active ? undefined : error.message));
  socket.on("state", (state) => on.state?.(state));
  socket.on("presence", (presence) => on.presence?.(presence));
  socket.on("farewell", ({ code }) => on.farewell?.(code));
  socket.on("saving", (news) => on.saving?.(news));
  socket.on("tally", (tally) => {
    if (tally.seq < (newest.get(tally.round) ?? 0)) return;
    newest.set(tally.round, tally.seq);
    on.tally?.(tally);
  });

  return {
    isUp: () => socket.connected,
    send: (event, message, timeout) =>
      socket.connected ? socket.timeout(timeout).emitWithAck(event, message) : Promise.reject(new Error("no link")),
    wake: () => {
      if (socket.connected) return;
      stopped = true;
      socket.disconnect();
      stopped = false;
      socket.connect();
    },
    stop: () => {
      stopped = true;
      socket.disconnect();
    },
  };
}

/**
 * Write the numbers of a tally into every element that shows them.
 * @param {Tally} tally
 */
export function writeTally(tally) {
  write(`[data-answered="${CSS.escape(tally.round)}"]`, tally.answered);
  write(`[data-connected="${CSS.escape(tally.round)}"]`, tally.connected);
}

/** @param {Presence} presence */
export function writePresence(presence) {
  write("[data-presence]", presence.connected);
}

/**
 * @param {string} selector
 * @param {number} value
 */
function write(selector, value) {
  const text = value.toLocaleString(document.documentElement.lang);
  for (const element of document.querySelectorAll(selector)) {
    if (element.textContent !== text) element.textContent = text;
  }
}
