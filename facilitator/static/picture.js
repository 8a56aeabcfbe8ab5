/**
 * Brings the page's <main data-live> to the server's newer one and changes only what is different: a button stays the
 * same button under the mouse. So the focus, how far a list is scrolled, what is unfolded, what is written in a field and
 * a question that is being answered stay as well; only what has gone has to be seen to.
 */

import { partial } from "../kiosk/partial.js";

/** What the page's scripts write: it is not the server's to take away. */
const OWN_ATTRIBUTES = new Set(["aria-busy", "aria-disabled", "data-looking", "data-looked-at"]);
const OWN_CHILDREN = "[data-look], [data-words-from], [data-paper-notices]";

/**
 * Bring the picture up to date.
 *
 * @param {string} html rendered by the server
 * @returns {HTMLElement | null} the picture as it is now; null when what came was older
 */
export function renewPicture(html) {
  const shown = document.querySelector("[data-live]");
  const fresh = partial(html).querySelector("[data-live]");
  if (!(shown instanceof HTMLElement) || !(fresh instanceof HTMLElement)) return null;
  // The answer to a question may be overtaken by the news.
  if (Number(fresh.dataset.version) < Number(shown.dataset.version)) return null;
  const focused = shown.contains(document.activeElement) ? focusFrom(/** @type {Element} */ (document.activeElement)) : [];
  if (shown.dataset.about !== fresh.dataset.about) dropQuestions(shown);
  renew(shown, fresh);
  const now = document.querySelector("[data-live]");
  if (!(now instanceof HTMLElement)) return null;
  if (focused.length > 0 && !now.contains(document.activeElement)) focusOn(now, focused);
  return now;
}

/**
 * A question stays open only while it is still about the same thing.
 *
 * @param {HTMLElement} picture
 */
function dropQuestions(picture) {
  for (const question of picture.querySelectorAll("dialog[open]")) {
    if (question instanceof HTMLDialogElement) question.close("no");
  }
}

/**
 * @param {ChildNode} shown
 * @param {ChildNode} fresh the same part of the newer picture, which is used up
 */
function renew(shown, fresh) {
  if (identity(shown) !== identity(fresh)) {
    shown.replaceWith(fresh);
  } else if (shown instanceof Element && fresh instanceof Element) {
    renewAttributes(shown, fresh);
    if (!shown.matches(OWN_CHILDREN)) renewChildren(shown, fresh);
  } else if (shown.nodeValue !== fresh.nodeValue) {
    shown.nodeValue = fresh.nodeValue;
  }
}

/**
 * Nothing is moved, as moving a node takes its focus away: what has gone is removed and what is new is put in.
 *
 * @param {Element} shown
 * @param {Element} fresh
 */
function renewChildren(shown, fresh) {
  let at = shown.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const same = following(at, wanted);
    if (!same) {
      shown.insertBefore(wanted, at);
      continue;
    }
    while (at && at !== same) at = dropped(at);
    renew(same, wanted);
    at = same.nextSibling;
  }
  while (at) at = dropped(at);
}

/**
 * The part itself or the first sibling after it that is the wanted one. Words have no name: they are sought in their
 * place alone.
 *
 * @param {ChildNode | null} from
 * @param {ChildNode} wanted
 */
function following(from, wanted) {
  const name = identity(wanted);
  let node = from;
  while (node && identity(node) !== name) node = wanted instanceof Element ? node.nextSibling : null;
  return node;
}

/** @param {ChildNode} node */
function dropped(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/**
 * @param {Element} shown
 * @param {Element} fresh
 */
function renewAttributes(shown, fresh) {
  for (const { name } of [...shown.attributes]) {
    if (!fresh.hasAttribute(name) && !isOwn(shown, name)) shown.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (shown.getAttribute(name) !== value && !isOwn(shown, name)) shown.setAttribute(name, value);
  }
}

/**
 * Whether an attribute belongs to the page, whatever the server says.
 *
 * @param {Element} element
 * @param {string} name
 */
function isOwn(element, name) {
  if (name === "open") return element.matches("dialog, details[data-keep-open]");
  if (name === "hidden") return element.hasAttribute("data-look");
  if (name === "data-about") return element.matches("dialog");
  return OWN_ATTRIBUTES.has(name);
}

/**
 * By what a part of one picture is known in the next.
 *
 * @param {Node} node
 */
function identity(node) {
  if (!(node instanceof HTMLElement)) return node.nodeName;
  const { key, keepScroll, keepOpen, focus } = node.dataset;
  return [node.nodeName, node.id || key || keepScroll || keepOpen || focus || node.classList[0] || ""].join(" ");
}

/**
 * What has the focus; in a list that is worked through, the entries that follow too, for when this one is done with.
 *
 * @param {Element} active
 */
function focusFrom(active) {
  const entry = active.closest("[data-focus-list] > *");
  const buttons = [...(entry?.parentElement?.querySelectorAll("[data-focus]") ?? [])];
  const after = buttons.slice(buttons.indexOf(active)).filter((button) => !entry?.contains(button));
  return [active, ...after].map(nameOf);
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
