/** Trades the ticket in the address's fragment for the wall's cookie, then opens what it leads to. */

import { takeTicket, trade } from "../kiosk/ticket.js";

const ticket = takeTicket();
if (ticket) await comeIn(ticket);

/** @param {string} secret */
async function comeIn(secret) {
  const answer = await trade(secret);
  if (answer.ok) location.replace(answer.data.next);
  else tell(answer.detail);
}

/**
 * Say why the ticket did not work, in the server's words, or the page's own when the room did not answer.
 *
 * @param {string} words
 */
function tell(words) {
  const problem = document.querySelector("[data-problem]");
  if (!(problem instanceof HTMLElement)) return;
  if (words) problem.textContent = words;
  problem.hidden = false;
}
