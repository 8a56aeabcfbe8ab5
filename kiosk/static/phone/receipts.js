/** What a person is told about an answer. All words come from <template>s that the server has rendered. */

const QUIET_MS = 5_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let announcing;
let lastSpoken = -QUIET_MS;

/**
 * Show a receipt in its place (none: clear it). The same receipt is left alone.
 * @param {Element} place
 * @param {string | null} name
 * @param {string} [why] a sentence instead of the template's own
 * @returns {string} what it says, when it is news
 */
export function show(place, name, why) {
  const shown = /** @type {HTMLElement | null} */ (place.firstElementChild);
  const key = name && `${name} ${why ?? ""}`;
  if ((shown?.dataset.key ?? null) === key) return "";
  const receipt = name ? copy(name) : null;
  if (!receipt) {
    place.replaceChildren();
    return "";
  }
  receipt.dataset.key = String(key);
  if (why) words(receipt, "[data-why]", why);
  place.replaceChildren(receipt);
  return receipt.textContent?.trim().replace(/\s+/g, " ") ?? "";
}

/**
 * A message that is not tied to a question on the page.
 * @param {Element} place
 * @param {{title: string, name: string, why?: string, read: () => void}} message
 */
export function notice(place, { title, name, why, read }) {
  const element = copy("notice");
  if (!element) return;
  words(element, "[data-title]", title);
  words(element, "[data-why]", why ?? copy(name)?.querySelector("[data-why]")?.textContent ?? "");
  element.querySelector("button")?.addEventListener("click", read);
  place.append(element);
}

/**
 * Say something to those who listen: the newest only, and not more often than every few seconds.
 * @param {string} text
 */
export function announce(text) {
  if (!text) return;
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    lastSpoken = performance.now();
    const place = document.querySelector("[data-announcer]");
    if (place) place.textContent = text;
  }, Math.max(100, lastSpoken + QUIET_MS - performance.now()));
}

/**
 * @param {string} name
 * @returns {HTMLElement | null}
 */
function copy(name) {
  const template = /** @type {HTMLTemplateElement | null} */ (document.querySelector(`[data-template="${name}"]`));
  return /** @type {HTMLElement | null} */ (template?.content.firstElementChild?.cloneNode(true) ?? null);
}

/**
 * @param {Element} element
 * @param {string} selector
 * @param {string} text
 */
function words(element, selector, text) {
  const place = element.querySelector(selector);
  if (place) place.textContent = text;
}
