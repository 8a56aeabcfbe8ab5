/** The running console: follows the room, and turns buttons, keys and a clicker into acts. */

import { follow, writePresence, writeTally } from "../kiosk/live.js";
import { Acts } from "./acts.js";
import { call } from "./api.js";
import { readClock, startClock } from "./clock.js";
import { fillInWords, takePapers } from "./comparisons.js";
import { setUpDoor, showDoor } from "./door.js";
import { listenToKeys } from "./keys.js";
import { Look } from "./look.js";
import { replacePicture } from "./picture.js";
import { setUpSettings } from "./settings.js";
import { useUpTicket } from "./ticket.js";

/** How long the socket may take to bring the news of an act. */
const NEWS_WITHIN_MS = 500;
/** There are few consoles, so they may hurry back where phones must spread out. */
const FIRST_TRY_MS = 400;
const NEXT_TRY_MS = 1_500;
/** A blink of the network is not worth a word. */
const LOST_AFTER_MS = 1_000;

const meeting = document.body.dataset.meeting ?? "";
const acts = new Acts(expectNews);
const look = new Look(meeting);
let pictures = 0;
/** @type {number | undefined} */
let retry;
/** @type {number | undefined} */
let lost;

await useUpTicket();
readClock(picture());
showPlace(picture());
startClock();
fillInWords();
takePapers();
setUpSettings();
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
    link: (up) => (up ? found() : lose()),
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
  const before = picture();
  const looked = look.place();
  const now = replacePicture(html);
  if (!now) return;
  pictures += 1;
  acts.pictured(now.dataset.verb !== before.dataset.verb || now.dataset.about !== before.dataset.about);
  readClock(now);
  showDoor();
  for (const code of document.querySelectorAll("[data-top-code]")) code.textContent = now.dataset.code ?? code.textContent;
  if (now.dataset.item !== before.dataset.item) showPlace(now);
  look.again(looked);
  fillInWords();
  announce(now);
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

/** Ask for the picture as it is now. */
async function catchUp() {
  const answer = await call("GET", `/facilitator/meetings/${encodeURIComponent(meeting)}/state`);
  if (answer.ok) show(answer.data.html);
  else if (answer.code === "operator_only") location.assign("/facilitator");
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

/** @param {HTMLElement} shown */
function announce(shown) {
  const announcer = document.querySelector("[data-announcer]");
  const words = shown.querySelector("[data-say]")?.textContent?.trim() ?? "";
  if (announcer && announcer.textContent !== words) announcer.textContent = words;
}

function found() {
  clearTimeout(retry);
  clearTimeout(lost);
  lost = undefined;
  mark("live");
}

function lose() {
  lost ??= setTimeout(() => {
    mark("late");
    // A console that was logged out from another one hears it here.
    void catchUp();
  }, LOST_AFTER_MS);
  clearTimeout(retry);
  retry = setTimeout(tryAgain, FIRST_TRY_MS);
}

function tryAgain() {
  link.wake();
  retry = setTimeout(tryAgain, NEXT_TRY_MS);
}

/** @param {"live" | "late"} state */
function mark(state) {
  const sign = document.querySelector("[data-link]");
  if (!(sign instanceof HTMLElement)) return;
  sign.dataset.state = state;
  for (const words of sign.querySelectorAll("[data-link-words]")) {
    if (words instanceof HTMLElement) words.hidden = words.dataset.linkWords !== state;
  }
}

/** @returns {HTMLElement} */
function picture() {
  const shown = document.querySelector("[data-live]");
  if (!(shown instanceof HTMLElement)) throw new Error("the console's page has no picture");
  return shown;
}
