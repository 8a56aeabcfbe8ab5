/** Trades the ticket in the address's fragment for the wall's cookie, then opens what it leads to. */

const ticket = location.hash.slice(1);
const problem = document.querySelector("[data-problem]");

if (ticket) {
  history.replaceState(null, "", location.pathname + location.search);
  await trade(ticket);
}

/** @param {string} secret */
async function trade(secret) {
  try {
    const response = await fetch("/api/v1/sessions", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ ticket: secret }),
    });
    const answer = await response.json();
    if (response.ok) {
      location.replace(typeof answer.next === "string" ? answer.next : location.pathname);
      return;
    }
    tell(String(answer.detail ?? ""));
  } catch {
    tell("");
  }
}

/**
 * Say why the ticket did not work, in the server's words, or the page's own when the room did not answer.
 *
 * @param {string} words
 */
function tell(words) {
  if (!(problem instanceof HTMLElement)) return;
  if (words) problem.textContent = words;
  problem.hidden = false;
}
