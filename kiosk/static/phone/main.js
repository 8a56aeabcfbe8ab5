/** A participant's phone: joins, follows the room, answers. Everything here also works as plain forms without it. */

import { follow } from "../live.js";
import { AboutYou } from "./about_you.js";
import { post, Refused } from "./api.js";
import { Ballots } from "./ballots.js";
import { Drawer, forgetsEverything } from "./memory.js";
import { announce } from "./receipts.js";
import { Stage } from "./stage.js";
import { News } from "./state.js";

/** A short loss of the link is nobody's business; nor is a first one that takes its time when a whole hall joins. */
const CALM_MS = 3_000;
const FIRST_CALM_MS = 10_000;

/** A closed door is tried again after this long, and up to twice as long: a whole hall may wait before it. */
const DOOR_MS = 10_000;
/** Refusals to join that a little later may be none. */
const LATER = new Set(["joining_locked", "full", "too_many", "too_fast"]);
/** How long it stays on the page that this phone was cut off. */
const TOLD_MS = 20_000;

const page = document.body.dataset;
const stage = new Stage();
/** @type {import("../live.js").Link | undefined} */
let link;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let worrying;
/** @type {Ballots | undefined} */
let ballots;
/** @type {AboutYou | undefined} */
let aboutYou;
const news = new News(page.version ? Number(page.version) : -1, showState, whenAskingFailed);

if (forgetsEverything()) {
  reveal("[data-mini-browser]", true);
  reveal("[data-welcome]", false);
} else if (page.joined === "yes") {
  begin(String(page.meeting));
  ballots?.knowFromPage();
} else if (page.code && page.over !== "yes") {
  void join();
}
document.querySelector(".languages")?.addEventListener("toggle", closeOnOutsidePress);

/** Take part, without a tap: whoever opened this address wants to. The form stays for when this fails. */
async function join() {
  try {
    const { state } = await post("/api/v1/join", { code: page.code });
    reveal("[data-welcome]", false);
    reveal("[data-joined-only]", true);
    if (!ballots) begin(state.meeting.id);
    news.take(state);
  } catch (reason) {
    // Otherwise the button does the same by a plain form, and shows the reason.
    if (!(reason instanceof Refused)) return;
    if (reason.code === "meeting_over") leave();
    else if (LATER.has(reason.code)) setTimeout(() => void join(), DOOR_MS * (1 + Math.random()));
  }
}

/** @param {string} meeting */
function begin(meeting) {
  page.meeting = meeting;
  aboutYou = new AboutYou(meeting);
  ballots = new Ballots(meeting, stage, () => link, showWhatFits);
  if (page.over !== "yes") followLink();
  followReturns();
  offerToHide();
  showWhatFits();
  ballots.flush();
}

/** The meeting ended while this phone was away: the page that says so. */
function leave() {
  stopFollowing();
  location.replace(`/${page.code}`);
}

/** Nothing more comes: no reason to look for the network. */
function stopFollowing() {
  page.over = "yes";
  link?.stop();
  link = undefined;
  clearTimeout(worrying);
  reveal("[data-strip]", false);
  reveal("[data-while-on]", false);
}

function followLink() {
  const worry = (calm = CALM_MS) => setTimeout(tellLost, calm);
  worrying = worry(FIRST_CALM_MS);
  link = follow({
    window: "phone",
    lang: document.documentElement.lang,
    on: {
      state: (state) => news.take(state),
      farewell: (code) => code === "too_fast" && tellTooFast(),
      link: (isUp, code) => {
        reveal("[data-refresh]", !isUp);
        if (!isUp) {
          worrying ??= worry();
          if (code === "not_joined") void join();
          return;
        }
        clearTimeout(worrying);
        worrying = undefined;
        reveal("[data-strip]", false);
        ballots?.flush();
      },
    },
  });
}

/** A phone that was locked, hidden, off the network or in another tab asks what it missed. */
function followReturns() {
  const comeBack = () => {
    if (document.hidden) return;
    news.refresh();
    link?.wake();
    ballots?.flush();
  };
  document.addEventListener("visibilitychange", comeBack);
  addEventListener("pageshow", (event) => event.persisted && comeBack());
  addEventListener("online", comeBack);
  addEventListener("storage", (event) => {
    if (!ballots?.isIn(event)) return;
    ballots.updateAll();
    news.refresh();
  });
}

/**
 * @param {import("./state.js").State} state
 * @param {boolean} isNewer
 * @param {number} asOf
 */
function showState(state, isNewer, asOf) {
  if (state.meeting.id !== page.meeting) {
    location.replace(`/${state.meeting.code}`);
    return;
  }
  showCode(state.meeting.code);
  const openBefore = stage.openQuestions();
  const said = stage.show(state, isNewer);
  if (said === null) {
    news.askAgain();
    return;
  }
  if (state.meeting.status === "ended" || state.meeting.status === "sealed") {
    stopFollowing();
  } else if (!link) {
    page.over = "no";
    reveal("[data-while-on]", true);
    followLink();
  }
  announce(said);
  showNotice(state.notice ?? "");
  // What has come is seen from its beginning, unless somebody is busy with something else.
  const openNow = stage.openQuestions();
  const isNews = openNow > openBefore || (said !== "" && openNow === 0);
  if (isNews && !document.querySelector("[data-now][hidden]")) scrollTo(0, 0);
  if (state.mine) ballots?.know(state.mine, asOf);
  else ballots?.updateAll();
}

/**
 * The code to join by can change; whoever tells a neighbour must tell the new one.
 *
 * @param {string} code
 */
function showCode(code) {
  if (page.code === code) return;
  page.code = code;
  history.replaceState(history.state, "", `/${code}`);
  for (const element of document.querySelectorAll("[data-code-now]")) element.textContent = code;
}

/** Nobody may think that answers arrive while they do not. */
function tellLost() {
  reveal("[data-strip]", true);
  announce(document.querySelector("[data-strip]")?.textContent?.trim() ?? "");
}

/** Said calmly: a page does not do this, but somebody's program may have. */
function tellTooFast() {
  reveal("[data-too-fast]", true);
  announce(document.querySelector("[data-too-fast]")?.textContent?.trim() ?? "");
  setTimeout(() => reveal("[data-too-fast]", false), TOLD_MS);
}

/** @param {string} notice what everybody should know just now; empty for nothing */
function showNotice(notice) {
  const words = document.querySelector("[data-room-notice] span");
  if (!words || words.textContent === notice) return;
  words.textContent = notice;
  reveal("[data-room-notice]", notice !== "");
  if (notice) announce(notice);
}

/** @param {unknown} reason */
function whenAskingFailed(reason) {
  if (reason instanceof Refused && reason.code === "not_joined" && page.code && page.over !== "yes") void join();
}

function showWhatFits() {
  aboutYou?.update({
    isQuestionOpen: stage.openQuestions() > 0,
    isAnythingAnswered: stage.aboutYou().some((round) => ballots?.isAnswered(round)),
  });
  reveal("[data-hide-choice]", document.querySelector('[data-rounds="stage"] [data-answer]') !== null);
}

/** Neighbours sit close: the chosen answer can look like the others. */
function offerToHide() {
  const wish = new Drawer("hide-choice");
  const button = document.querySelector("[data-hide-choice]");
  const apply = () => {
    document.body.classList.toggle("hide-choice", wish.read(false));
    button?.setAttribute("aria-pressed", String(wish.read(false)));
  };
  button?.addEventListener("click", () => {
    wish.write(!wish.read(false));
    apply();
  });
  apply();
}

/** @param {Event} event */
function closeOnOutsidePress(event) {
  const menu = /** @type {HTMLDetailsElement} */ (event.currentTarget);
  if (!menu.open) return;
  const close = (/** @type {Event} */ press) => {
    if (menu.contains(/** @type {Node} */ (press.target))) return;
    menu.open = false;
    document.removeEventListener("click", close);
  };
  document.addEventListener("click", close);
}

/**
 * @param {string} selector
 * @param {boolean} isShown
 */
function reveal(selector, isShown) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))) {
    if (element.hidden === isShown) element.hidden = !isShown;
  }
}
