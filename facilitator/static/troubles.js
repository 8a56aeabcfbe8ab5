/** Warnings that the facilitator knows of are put away, until they come anew. */

/** @type {Set<string>} codes of what was put away and is still the case */
const known = new Set();

/** Listen for what is put away. */
export function setUpTroubles() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-put-away]") : null;
    if (!(button instanceof HTMLElement)) return;
    known.add(button.dataset.putAway ?? "");
    hideKnownTroubles();
  });
}

/** Hide in the newest picture what was put away. */
export function hideKnownTroubles() {
  const lines = [...document.querySelectorAll("[data-trouble]")];
  const codes = new Set(lines.map((line) => line.getAttribute("data-trouble")));
  for (const code of known) if (!codes.has(code)) known.delete(code);
  for (const line of lines) line.toggleAttribute("hidden", known.has(line.getAttribute("data-trouble") ?? ""));
}
