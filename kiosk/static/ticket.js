/** The ticket in the fragment of a console's or a wall's link: good once, and traded for a session of this browser. */

import { call } from "./api.js";

/** Other fragments, as the skip link's, are shorter. */
const TICKET = /^#([\w-]{20,})$/;

/**
 * Take the ticket out of the address: nobody else shall find it there or in the history.
 *
 * @returns {string | null} null when there is none
 */
export function takeTicket() {
  const ticket = TICKET.exec(location.hash)?.[1] ?? null;
  if (ticket) history.replaceState(null, "", location.pathname + location.search);
  return ticket;
}

/**
 * Come in with a ticket.
 *
 * @param {string} ticket
 * @returns {ReturnType<typeof call>} the page that it leads to, as `next`
 */
export function trade(ticket) {
  return call("POST", "/api/v1/sessions", { ticket });
}

/**
 * Use up a ticket whose link was opened in a browser that is let in already, so that nobody else comes in with it. The
 * server gives this browser a new session in place of its own; whether it was still good makes no difference here.
 */
export async function useUpTicket() {
  const ticket = takeTicket();
  if (ticket) await trade(ticket);
}
