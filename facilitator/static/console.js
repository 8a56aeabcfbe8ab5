/** The running console: follows the room, and turns buttons, keys and a clicker into acts. */

import { call } from "../kiosk/api.js";
import { LinkMark } from "../kiosk/link_mark.js";
import { follow, writePresence, writeTally } from "../kiosk/live.js";
import { useUpTicket } from "../kiosk/ticket.js";
import { plain, put } from "../kiosk/words.js";
import { Acts } from "./acts.js";
import { readClock, startClock, stopClock } from "./clock.js";
import { fillInWords, takePapers } from "./comparisons.js";
import { setUpDoor, showDoor } from "./door.js";
import { listenToKeys } from "./keys.js";
import { Look } from "./look.js";
import { hushAway } from "./notices.js";
import { renewPicture } from "./picture.js";
import { setUpSettings } from "./settings.js";
import { hideKnownTroubles, setUpTroubles } from "./troubles.js";

/** How long the socket may take to bring the news of an act. */
const NEWS_WITHIN_MS = 500;
/** Whoever is about to press a button must know soon that it would do nothing. */
const LOST_AFTER_MS = 250;
const KNOCK_MS = 700;

const meeting = document.body.dataset.meeting ?? "";
const mark = new LinkMark({ calm: LOST_AFTER_MS, every: KNOCK_MS, knock, changed: showLink });
const acts = new Acts(expectNews, () => mark.lose());
const look = new Look(meeting);
let pictures = 0;

await useUpTicket();
readClock(picture());
showPlace(picture());
startClock();
fillInWords();
takePapers();
setUpSettings();
setUpTroubles();
setUpDoor();
showDoor();
listenToKeys({
  primary: () => (look.isOn ? look.end() : acts.press(picture().querySelector('[data-focus="primary"]'))),
  earlier: () => look.back(),
  blank: () => switchWall("blank"),
  join: () => switchWall("join"),
  hide: () => acts.press(picture().querySelector('[data-act="hide"]')),
  help: showKeys,
  escape: () => look.end(),
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-open-keys]")) showKeys();
});
document.addEventListener("acted", (event) => {
  if (event instanceof CustomEvent && event.detail.act === "jump") look.end();
});

const link = follow({
  window: "console",
  lang: document.documentElement.lang,
  meeting,
  on: {
    state: ({ html }) => show(html),
    tally: showTally,
    presence: writePresence,
    saving: () => void catchUp(),
    link: (up) => (up ? mark.found() : mark.lose()),
  },
});
addEventListener("online", () => link.wake());
document.addEventListener("visibilitychange", () => document.hidden || link.wake());

/**
 * Put a newer picture on the page, and say aloud what is new about it.
 *
 * @param {string} html
 */
function show(html) {
  const before = { ...picture().dataset };
  const now = renewPicture(html);
  if (!now) return;
  pictures += 1;
  acts.pictured(now.dataset.verb !== before.verb || now.dataset.about !== before.about);
  readClock(now);
  showDoor();
  if (now.dataset.code) put(document, "[data-top-code]", now.dataset.code);
  if (now.dataset.item !== before.item) showPlace(now);
  look.again();
  fillInWords();
  hideKnownTroubles();
  announce(now, "say", "announcer");
  announce(now, "say-troubles", "announcer-of-troubles");
}

/**
 * Scroll the agenda, and nothing else, to the current item, with the one before it in sight.
 *
 * @param {HTMLElement} shown
 */
function showPlace(shown) {
  const list = shown.querySelector(".agenda-list");
  const line = list?.querySelector("[aria-current]")?.parentElement;
  const before = line?.previousElementSibling ?? line;
  if (list && before instanceof HTMLElement) list.scrollTop += before.getBoundingClientRect().top - list.getBoundingClientRect().top;
}

/** @param {import("../kiosk/live.js").Tally} tally */
function showTally(tally) {
  writeTally(tally);
  for (const bar of document.querySelectorAll(`progress[data-progress="${CSS.escape(tally.round)}"]`)) {
    bar.setAttribute("max", String(Math.max(tally.connected, 1)));
    bar.setAttribute("value", String(tally.answered));
  }
}

/** After an act the socket brings the news, often before the answer to the act; when it does not, the page asks. */
function expectNews() {
  const seen = pictures;
  return async (/** @type {boolean} */ refused) => {
    if (!refused && link.isUp() && pictures === seen) await wait(NEWS_WITHIN_MS);
    if (refused || pictures === seen) await catchUp();
  };
}

/** Ask for the picture as it is now; whether there was an answer. */
async function catchUp() {
  const answer = await call("GET", `/facilitator/meetings/${encodeURIComponent(meeting)}/state`);
  if (answer.ok) show(answer.data.html);
  else if (answer.code === "operator_only") location.assign("/facilitator");
  return answer.ok;
}

/** @param {number} span in milliseconds */
function wait(span) {
  return new Promise((resolve) => setTimeout(resolve, span));
}

/**
 * Show a view on the wall; the same key again goes back to the agenda.
 *
 * @param {string} view
 */
function switchWall(view) {
  const shown = picture().dataset.wall === view;
  acts.press(picture().querySelector(shown ? "[data-act-home]" : `[data-act="wall-${view}"]`));
}

function showKeys() {
  const keys = document.getElementById("keys");
  if (keys instanceof HTMLDialogElement) keys.showModal();
}

/**
 * Say what is new, and nothing twice.
 *
 * @param {HTMLElement} shown
 * @param {string} what
 * @param {string} where
 */
function announce(shown, what, where) {
  put(document, `[data-${where}]`, plain(shown.querySelector(`[data-${what}]`)));
}

/** Ask whether the server is there; a console that was logged out from another one hears it here. */
async function knock() {
  const isThere = await catchUp();
  if (isThere && link.isUp()) mark.found();
  else if (isThere) link.wake();
}

/** @param {boolean} isAway */
function showLink(isAway) {
  document.body.toggleAttribute("data-away", isAway);
  acts.away(isAway);
  stopClock(isAway);
  if (!isAway) hushAway();
}

/** @returns {HTMLElement} */
function picture() {
  const shown = document.querySelector("[data-live]");
  if (!(shown instanceof HTMLElement)) throw new Error("the console's page has no picture");
  return shown;
}
