/** What a person is told about an answer. All words come from <template>s that the server has rendered. */

import { plain, put } from "../words.js";

const QUIET_MS = 5_000;
/** So short that it is heard as the answer to a tap. */
const SOON_MS = 100;

/** @typedef {"mine" | "room"} About */

/** What is still to be said, the newest of each sort. @type {Map<About, string>} */
const unsaid = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let announcing;
let lastSpoken = -QUIET_MS;

/**
 * Show a receipt in its place (none: clear it). The same receipt is left alone.
 * @param {Element} place
 * @param {string | null} name
 * @param {string} [why] a sentence instead of the template's own
 * @returns {boolean} whether that is news
 */
export function show(place, name, why) {
  const shown = /** @type {HTMLElement | null} */ (place.firstElementChild);
  const key = name && `${name} ${why ?? ""}`;
  if ((shown?.dataset.key ?? null) === key) return false;
  const receipt = name ? copy(name) : null;
  if (!receipt) {
    place.replaceChildren();
    return false;
  }
  receipt.dataset.key = String(key);
  if (why) put(receipt, "[data-why]", why);
  place.replaceChildren(receipt);
  return true;
}

/**
 * A message that is not tied to a question on the page.
 * @param {Element} place
 * @param {{title: string, name: string, why?: string, read: () => void}} message
 */
export function notice(place, { title, name, why, read }) {
  const element = copy("notice");
  if (!element) return;
  put(element, "[data-title]", title);
  put(element, "[data-why]", why ?? copy(name)?.querySelector("[data-why]")?.textContent ?? "");
  element.querySelector("button")?.addEventListener("click", read);
  place.append(element);
}

/**
 * What a receipt says, with the answer that it is about between its title and its reason.
 * @param {Element} place
 * @param {string} chosen
 */
export function spokenReceipt(place, chosen) {
  const title = plain(place.querySelector("[data-title]"));
  return `${[title, chosen].filter(Boolean).join(": ")}. ${plain(place.querySelector("[data-why]"))}`;
}

/**
 * Say something to those who listen. What they did themselves is answered at once; news of the room comes not
 * more often than every few seconds, and only the newest.
 * @param {string} text
 * @param {About} [about]
 */
export function announce(text, about = "room") {
  if (!text) return;
  unsaid.set(about, text);
  clearTimeout(announcing);
  const quiet = unsaid.has("mine") ? 0 : lastSpoken + QUIET_MS - performance.now();
  announcing = setTimeout(speak, Math.max(SOON_MS, quiet));
}

function speak() {
  const said = document.createElement("span");
  said.textContent = [unsaid.get("mine"), unsaid.get("room")].filter(Boolean).join(" ");
  unsaid.clear();
  lastSpoken = performance.now();
  // A new element is news, also when it says the same as the last.
  document.querySelector("[data-announcer]")?.replaceChildren(said);
}

/**
 * @param {string} name
 * @returns {HTMLElement | null}
 */
function copy(name) {
  const template = /** @type {HTMLTemplateElement | null} */ (document.querySelector(`[data-template="${name}"]`));
  return /** @type {HTMLElement | null} */ (template?.content.firstElementChild?.cloneNode(true) ?? null);
}
