/**
 * The wall follows the room by itself: the picture when it changes, the figures in place, and a calm mark in the
 * corner while the link is lost.
 */

import { LinkMark } from "../kiosk/link_mark.js";
import { follow } from "../kiosk/live.js";
import { partial } from "../kiosk/partial.js";
import { useUpTicket } from "../kiosk/ticket.js";
import { plain, put } from "../kiosk/words.js";
import { showPresence, showTally } from "./figures.js";
import { fit } from "./fit.js";
import { listen, zoom } from "./keys.js";
import { Pages } from "./pages.js";

/** Nobody in the hall must act on it: a short loss need not be seen. */
const LOST_AFTER_MS = 1_000;
const KNOCK_MS = 1_500;
const POINTER_REST_MS = 3_000;

const root = document.documentElement;
const pages = new Pages();
const mark = new LinkMark({ calm: LOST_AFTER_MS, every: KNOCK_MS, knock: () => link.wake() });
/** @type {number | undefined} */
let rest;

listen({ changed: () => settle(true), turn: (step) => pages.turn(step), pause: () => pages.pause() });
settle(false);
addEventListener("resize", () => settle(true));
addEventListener("pointermove", hidePointerLater);
hidePointerLater();
await useUpTicket();

const link = follow({
  window: "wall",
  lang: root.lang,
  on: {
    state: ({ html }) => show(html),
    tally: (tally) => showTally(document, tally),
    presence: ({ connected }) => showPresence(document, connected),
    link: (up) => (up ? mark.found() : mark.lose()),
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
  const words = shown.querySelector("[data-announce], h1");
  if (words) put(document, "[data-announcer]", plain(words));
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
