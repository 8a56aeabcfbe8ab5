/** The door: trades the ticket in the address's fragment for a session, then opens the console. */

import { takeTicket, trade } from "../kiosk/ticket.js";
import { put } from "../kiosk/words.js";
import { say } from "./notices.js";

const ticket = takeTicket();
if (ticket) await comeIn(ticket);

/** @param {string} secret */
async function comeIn(secret) {
  show("logged-out", false);
  show("working", true);
  const answer = await trade(secret);
  if (answer.ok) {
    location.replace(answer.data.next);
    return;
  }
  show("working", false);
  put(document, "[data-door-words]", answer.detail || say("unreachable"));
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
