/**
 * Every act of the console is a button that carries its address and body:
 *   <button data-act="close" data-url="/api/v1/rounds/…/close" data-body="{}" data-confirm="dialog-id">
 * It is sent with the version the page shows, so that two consoles never act on different pictures.
 *
 * No press is lost without a sign. While an act is on its way, and for a moment after it, the primary button says that it
 * waits; a press of another button is kept and carried out when its turn has come. Without the server nothing can be
 * pressed, and every button shows it.
 */

import { call, UNREACHABLE } from "../kiosk/api.js";
import { hush, say, tellRefusal } from "./notices.js";

/** A second press so soon is a slip of the finger: a double click, a clicker that bounces. */
const SLIP_MS = 400;
/** A press so soon after the button has changed was meant for what stood there before. */
const READ_MS = 250;

/**
 * Called before an act is sent; what it gives is called when the act is done, and sees to it that the page is up to
 * date. `refused`: then the page is asked for anew even if news has come meanwhile.
 *
 * @typedef {() => (refused: boolean) => Promise<void>} ExpectNews
 */

export class Acts {
  #isSending = false;
  #isAway = false;
  #restUntil = 0;
  /** @type {number | undefined} */
  #rest;
  /** What was pressed last, and when. */
  #last = { act: "", at: -Infinity };
  /** @type {string[]} names of the buttons that were pressed while an act was on its way */
  #kept = [];
  #expectNews;
  #onAway;

  /**
   * @param {ExpectNews} expectNews
   * @param {() => void} onAway called when an act did not reach the server
   */
  constructor(expectNews, onAway) {
    this.#expectNews = expectNews;
    this.#onAway = onAway;
    document.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("close", (event) => this.#onAnswer(event), true);
  }

  /**
   * The page has a new picture.
   *
   * @param {boolean} isOther the primary button means something else than before
   */
  pictured(isOther) {
    if (isOther) this.#waitFor(READ_MS);
    else this.#mark();
  }

  /**
   * The server is away, or it is back.
   *
   * @param {boolean} isAway
   */
  away(isAway) {
    this.#isAway = isAway;
    this.#kept = [];
    this.#mark();
  }

  /**
   * Press a button in somebody's stead: the keyboard, a clicker.
   *
   * @param {Element | null} button
   */
  press(button) {
    if (button instanceof HTMLButtonElement && !button.disabled) this.#begin(button);
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    if (!(button instanceof HTMLButtonElement)) return;
    // After a tap or a click the next space must be the primary act, not this button once more.
    if (event.detail > 0) button.blur();
    this.#begin(button);
  }

  /** @param {HTMLButtonElement} button */
  #begin(button) {
    if (this.#isAway || this.#rests(button)) {
      speak(say(this.#isAway ? "away" : "wait"));
      return;
    }
    this.#last = { act: button.dataset.act ?? "", at: performance.now() };
    const question = document.getElementById(button.dataset.confirm ?? "");
    if (question instanceof HTMLDialogElement) ask(question, nameOf(button));
    else this.#carryOut(button);
  }

  /**
   * Whether a press of this button could be one that was meant for what stood there before.
   *
   * @param {HTMLButtonElement} button
   */
  #rests(button) {
    const now = performance.now();
    if (isPrimary(button)) return this.#isSending || now < this.#restUntil;
    return button.dataset.act === this.#last.act && now - this.#last.at < SLIP_MS;
  }

  /** @param {Event} event */
  #onAnswer(event) {
    const question = event.target;
    if (!(question instanceof HTMLDialogElement) || question.returnValue !== "yes") return;
    const button = buttonOf(question.dataset.about ?? "");
    if (button) this.#carryOut(button);
  }

  /** @param {HTMLButtonElement} button */
  #carryOut(button) {
    if (!this.#isSending) {
      void this.#send(button);
      return;
    }
    if (!this.#kept.includes(nameOf(button))) this.#kept.push(nameOf(button));
    this.#mark();
  }

  /** @param {HTMLButtonElement} button */
  async #send(button) {
    const name = nameOf(button);
    const { act, url = "", method = "POST", body = "{}" } = button.dataset;
    this.#isSending = true;
    button.setAttribute("aria-busy", "true");
    this.#waitFor(SLIP_MS);
    const catchUp = this.#expectNews();
    const answer = await call(method, url, { ...JSON.parse(body), ...versionSeen() });
    if (answer.ok) {
      hush();
      document.dispatchEvent(new CustomEvent("acted", { detail: { act } }));
    } else {
      tellRefusal(answer);
      // What was pressed after it was meant for a page on which it had gone well.
      this.#kept = [];
      if (answer.code === UNREACHABLE) this.#onAway();
    }
    await catchUp(!answer.ok);
    buttonOf(name)?.removeAttribute("aria-busy");
    this.#isSending = false;
    this.#mark();
    this.#goOn();
  }

  /** Carry out what was pressed meanwhile, if it is still there. */
  #goOn() {
    const next = buttonOf(this.#kept.shift() ?? "");
    if (next) this.#carryOut(next);
    else if (this.#kept.length > 0) this.#goOn();
  }

  /**
   * Take no press of the primary button for a while, and let it be seen.
   *
   * @param {number} span in milliseconds
   */
  #waitFor(span) {
    this.#restUntil = Math.max(this.#restUntil, performance.now() + span);
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#restUntil = 0;
      this.#mark();
    }, this.#restUntil - performance.now());
    this.#mark();
  }

  #mark() {
    for (const button of document.querySelectorAll("[data-act]")) {
      if (!(button instanceof HTMLButtonElement)) continue;
      set(button, "aria-disabled", this.#isAway || this.#rests(button));
      if (this.#kept.includes(nameOf(button))) button.setAttribute("aria-busy", "true");
    }
  }
}

/**
 * @param {HTMLDialogElement} question
 * @param {string} about the name of the button it asks about
 */
function ask(question, about) {
  question.dataset.about = about;
  question.returnValue = "";
  question.showModal();
}

/**
 * @param {HTMLElement} button
 * @param {string} attribute
 * @param {boolean} isSet
 */
function set(button, attribute, isSet) {
  if (isSet) button.setAttribute(attribute, "true");
  else button.removeAttribute(attribute);
}

/**
 * A press that does nothing says so each time: a new element is news, also when it says the same as the last.
 *
 * @param {string} words
 */
function speak(words) {
  const said = document.createElement("span");
  said.textContent = words;
  document.querySelector("[data-announcer]")?.replaceChildren(said);
}

/** @param {HTMLButtonElement} button */
function nameOf(button) {
  return button.dataset.focus ?? "";
}

/** @param {HTMLButtonElement} button */
function isPrimary(button) {
  return nameOf(button) === "primary";
}

/**
 * @param {string} name
 * @returns {HTMLButtonElement | null}
 */
function buttonOf(name) {
  return name ? document.querySelector(`[data-act][data-focus="${CSS.escape(name)}"]`) : null;
}

/** The version of the picture that the user is looking at. */
function versionSeen() {
  const version = document.querySelector("[data-live]")?.getAttribute("data-version");
  return version ? { version: Number(version) } : {};
}
