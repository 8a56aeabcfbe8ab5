/** A pairing link that was opened in a browser which is let in already. */

import { call } from "./api.js";

/** Other fragments, as the skip link's, are shorter. */
const TICKET = /^#[\w-]{20,}$/;

/**
 * Take the ticket out of the address and use it up: nobody else shall find it there and come in with it. The server gives
 * this browser a new session in place of its own; whether it was still good makes no difference here.
 */
export async function useUpTicket() {
  if (!TICKET.test(location.hash)) return;
  const ticket = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  await call("POST", "/api/v1/sessions", { ticket });
}
