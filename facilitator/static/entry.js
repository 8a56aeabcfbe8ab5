/** The door: trades the ticket in the address's fragment for a session, then opens the console. */

import { call } from "./api.js";
import { say } from "./notices.js";

const ticket = location.hash.slice(1);
if (ticket) {
  // Out of the address at once: it is good only once, and the history need not know it.
  history.replaceState(null, "", location.pathname + location.search);
  await trade(ticket);
}

/** @param {string} secret */
async function trade(secret) {
  show("logged-out", false);
  show("working", true);
  const answer = await call("POST", "/api/v1/sessions", { ticket: secret });
  if (answer.ok) {
    location.replace(typeof answer.data.next === "string" ? answer.data.next : "/facilitator/meetings");
    return;
  }
  show("working", false);
  const words = document.querySelector("[data-door-words]");
  if (words) words.textContent = answer.detail || say("unreachable");
  show("refused", true);
}

/**
 * @param {string} name
 * @param {boolean} visible
 */
function show(name, visible) {
  const element = document.querySelector(`[data-door="${name}"]`);
  if (element instanceof HTMLElement) element.hidden = !visible;
}
