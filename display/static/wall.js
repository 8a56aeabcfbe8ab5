/**
 * The wall follows the room by itself: the picture when it changes, the figures in place, and a calm mark in the
 * corner while the link is lost.
 */

import { follow, partial } from "../kiosk/live.js";
import { showPresence, showTally } from "./figures.js";
import { fit } from "./fit.js";
import { listen, zoom } from "./keys.js";
import { Pages } from "./pages.js";

/** There are few walls, so they may hurry back where phones must spread out. */
const FIRST_TRY_MS = 400;
const NEXT_TRY_MS = 1_500;
/** A blink of the network is not worth a word. */
const LOST_AFTER_MS = 1_000;
const POINTER_REST_MS = 3_000;

const root = document.documentElement;
const pages = new Pages();
/** @type {number | undefined} */
let retry;
/** @type {number | undefined} */
let lost;
/** @type {number | undefined} */
let rest;

if (location.hash) history.replaceState(null, "", location.pathname + location.search);
listen({ changed: () => settle(true), turn: (step) => pages.turn(step), pause: () => pages.pause() });
settle(false);
addEventListener("resize", () => settle(true));
addEventListener("pointermove", hidePointerLater);
hidePointerLater();

const link = follow({
  window: "wall",
  lang: root.lang,
  on: {
    state: ({ html }) => show(html),
    tally: (tally) => showTally(document, tally),
    presence: ({ connected }) => showPresence(document, connected),
    link: (up) => (up ? found() : lose()),
  },
});

/**
 * Put a new picture on the wall. One that is the same picture as before stands still.
 *
 * @param {string} html
 */
function show(html) {
  const now = wall();
  const next = partial(html).querySelector("[data-live]");
  // Another meeting may speak another language; without any there is another page.
  if (!(next instanceof HTMLElement) || next.dataset.meeting !== now.dataset.meeting) return location.reload();
  if (Number(next.dataset.version) < Number(now.dataset.version)) return;
  const same = next.dataset.key === now.dataset.key;
  next.toggleAttribute("data-settled", same);
  now.replaceWith(next);
  settle(same);
  if (!same) announce(next);
}

/**
 * Make what is shown fit, and go on with its pages.
 *
 * @param {boolean} same
 */
function settle(same) {
  const shown = wall();
  for (const table of shown.querySelectorAll("details")) table.open = true;
  fit(shown, zoom());
  pages.show(shown, same);
}

/**
 * Say a new picture once, in one sentence where it has one.
 *
 * @param {HTMLElement} shown
 */
function announce(shown) {
  const announcer = document.querySelector("[data-announcer]");
  const words = shown.querySelector("[data-announce], h1");
  if (announcer && words) announcer.textContent = words.textContent;
}

function found() {
  clearTimeout(retry);
  clearTimeout(lost);
  lost = undefined;
  mark(false);
}

function lose() {
  lost ??= setTimeout(() => mark(true), LOST_AFTER_MS);
  clearTimeout(retry);
  retry = setTimeout(tryAgain, FIRST_TRY_MS);
}

function tryAgain() {
  link.wake();
  retry = setTimeout(tryAgain, NEXT_TRY_MS);
}

/** @param {boolean} isLost */
function mark(isLost) {
  const sign = document.querySelector("[data-link]");
  if (sign instanceof HTMLElement) sign.hidden = !isLost;
}

function hidePointerLater() {
  root.removeAttribute("data-idle");
  clearTimeout(rest);
  rest = setTimeout(() => root.setAttribute("data-idle", ""), POINTER_REST_MS);
}

/** @returns {HTMLElement} */
function wall() {
  const shown = document.querySelector("[data-live]");
  if (!(shown instanceof HTMLElement)) throw new Error("the wall's page has no picture");
  return shown;
}
