/** What the console tells its user, in words the server rendered. */

import { UNREACHABLE } from "../kiosk/api.js";
import { put } from "../kiosk/words.js";

/** A notice that only confirms goes by itself; any other stays until it is read. */
const GONE_AFTER_MS = 6000;

/** @typedef {"caution" | "negative" | "positive"} Tone */

/**
 * A sentence of the page, by its name.
 *
 * @param {string} name
 */
export function say(name) {
  return template("says").querySelector(`[data-say-name="${name}"]`)?.textContent ?? "";
}

/**
 * A copy of what a template of the page holds.
 *
 * @param {string} name
 * @returns {DocumentFragment}
 */
export function template(name) {
  const found = document.querySelector(`template[data-${name}]`);
  if (!(found instanceof HTMLTemplateElement)) throw new Error(`The page has no template ${name}`);
  return /** @type {DocumentFragment} */ (found.content.cloneNode(true));
}

/**
 * Show a notice, in place of the one before.
 *
 * @param {string} words
 * @param {Tone} tone
 * @param {Element | null} [shelf]
 */
export function tell(words, tone = "caution", shelf = document.querySelector("[data-notices]")) {
  const notice = template("notice-form").firstElementChild;
  if (!shelf || !notice || !words) return;
  notice.classList.add(tone);
  put(notice, "[data-words]", words);
  notice.querySelector("[data-dismiss]")?.addEventListener("click", () => notice.remove());
  shelf.replaceChildren(notice);
  if (tone === "positive") setTimeout(() => notice.remove(), GONE_AFTER_MS);
}

/**
 * Take the notice away: what it said is over.
 *
 * @param {Element | null} [shelf]
 */
export function hush(shelf = document.querySelector("[data-notices]")) {
  shelf?.replaceChildren();
}

/**
 * Say why something was refused. What people with a phone are told of it may be of no use here: then the page has
 * words of its own under the same name.
 *
 * @param {import("../kiosk/api.js").Refused} refusal
 * @param {Element | null} [shelf]
 */
export function tellRefusal(refusal, shelf = document.querySelector("[data-notices]")) {
  tell(say(refusal.code) || refusal.detail || say("unreachable"), refusal.code === "stale" ? "caution" : "negative", shelf);
  if (refusal.code === UNREACHABLE) shelf?.firstElementChild?.setAttribute("data-over-when-back", "");
}

/** The server is back: whatever said that it was away is over. */
export function hushAway() {
  for (const notice of document.querySelectorAll("[data-over-when-back]")) notice.remove();
}
