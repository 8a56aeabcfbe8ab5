/**
 * Replaces the page's <main data-live> by the server's newer one and keeps what belongs to the user: the focus, how far
 * a list is scrolled, what is unfolded, a question that is being answered, and what is being looked at.
 */

import { partial } from "../kiosk/live.js";

/**
 * Put a newer picture in place of the old one.
 *
 * @param {string} html rendered by the server
 * @returns {HTMLElement | null} the new picture
 */
export function replacePicture(html) {
  const old = document.querySelector("[data-live]");
  const fresh = partial(html).querySelector("[data-live]");
  if (!(old instanceof HTMLElement) || !(fresh instanceof HTMLElement)) return null;
  // The answer to a question may be overtaken by the news.
  if (Number(fresh.dataset.version) < Number(old.dataset.version)) return null;
  const held = hold(old);
  old.replaceWith(fresh);
  giveBack(fresh, held);
  return fresh;
}

/**
 * @typedef {object} Held
 * @property {string[]} focus names of what may have the focus again, the best first
 * @property {Map<string, number>} scrolls
 * @property {Map<string, boolean>} unfolded
 * @property {string | null} question the dialog that is open
 * @property {string} about the button it asks about
 * @property {string} subject what the primary button was about
 * @property {Map<string, string>} fields
 */

/**
 * @param {HTMLElement} picture
 * @returns {Held}
 */
function hold(picture) {
  const active = document.activeElement;
  const question = picture.querySelector("dialog[open]");
  return {
    focus: active && picture.contains(active) ? focusFrom(active) : [],
    scrolls: new Map(each(picture, "[data-keep-scroll]", (element) => [key(element, "keepScroll"), element.scrollTop])),
    unfolded: new Map(each(picture, "details[data-keep-open]", (element) => [key(element, "keepOpen"), element.hasAttribute("open")])),
    question: question?.id ?? null,
    about: question instanceof HTMLElement ? (question.dataset.about ?? "") : "",
    subject: picture.dataset.about ?? "",
    fields: new Map(each(picture, "input[id], textarea[id], select[id]", (field) => [field.id, valueOf(field)])),
  };
}

/**
 * @param {HTMLElement} picture
 * @param {Held} held
 */
function giveBack(picture, held) {
  for (const [name, value] of held.fields) setValue(document.getElementById(name), value);
  for (const element of picture.querySelectorAll("[data-keep-scroll]")) {
    if (element instanceof HTMLElement) element.scrollTop = held.scrolls.get(key(element, "keepScroll")) ?? 0;
  }
  for (const element of picture.querySelectorAll("details[data-keep-open]")) {
    if (element instanceof HTMLDetailsElement) element.open = held.unfolded.get(key(element, "keepOpen")) ?? element.open;
  }
  askAgain(picture, held);
  if (held.focus.length > 0 && !picture.querySelector("dialog[open]")) focusOn(picture, held.focus);
}

/**
 * A question stays open only while it is still about the same thing.
 *
 * @param {HTMLElement} picture
 * @param {Held} held
 */
function askAgain(picture, held) {
  const question = held.question ? document.getElementById(held.question) : null;
  if (!(question instanceof HTMLDialogElement) || held.subject !== (picture.dataset.about ?? "")) return;
  question.dataset.about = held.about;
  question.returnValue = "";
  question.showModal();
}

/**
 * What has the focus; in a list that is worked through, the entries that follow too, for when this one is done with.
 *
 * @param {Element} active
 */
function focusFrom(active) {
  const entry = active.closest("[data-focus-list] > *");
  const buttons = [...(entry?.parentElement?.querySelectorAll("[data-focus]") ?? [])];
  const following = buttons.slice(buttons.indexOf(active)).filter((button) => !entry?.contains(button));
  return [active, ...following].map(nameOf);
}

/**
 * @param {HTMLElement} picture
 * @param {string[]} names
 */
function focusOn(picture, names) {
  const found = names.map((name) => picture.querySelector(`[data-focus="${CSS.escape(name)}"], [id="${CSS.escape(name)}"]`));
  const element = found.find((candidate) => candidate !== null && candidate.getClientRects().length > 0) ?? picture;
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}

/** @param {Element} element */
function nameOf(element) {
  return (element instanceof HTMLElement && element.dataset.focus) || element.id;
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 */
function key(element, name) {
  return element.dataset[name] ?? "";
}

/** @param {HTMLElement} field */
function valueOf(field) {
  return "value" in field ? String(field.value) : "";
}

/**
 * @param {HTMLElement | null} field
 * @param {string} value
 */
function setValue(field, value) {
  if (field && "value" in field) field.value = value;
}

/**
 * @template T
 * @param {HTMLElement} picture
 * @param {string} selector
 * @param {(element: HTMLElement) => T} take
 * @returns {T[]}
 */
function each(picture, selector, take) {
  return [...picture.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement).map(take);
}
