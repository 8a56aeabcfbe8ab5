/**
 * Every act of the console is a button that carries its address and body:
 *   <button data-act="close" data-url="/api/v1/rounds/…/close" data-body="{}" data-confirm="dialog-id">
 * It is sent with the version the page shows, so that two consoles never act on different pictures.
 */

import { call } from "./api.js";
import { hush, tellRefusal } from "./notices.js";

/** A press so soon after the last act, or after the button changed, was meant for what stood there before. */
const CALM_MS = 700;

/**
 * Called before an act is sent; what it gives is called when the act is done, and sees to it that the page is up to
 * date. `refused`: then the page is asked for anew even if news has come meanwhile.
 *
 * @typedef {() => (refused: boolean) => Promise<void>} ExpectNews
 */

export class Acts {
  #busy = false;
  #calmUntil = 0;
  /** @type {number | undefined} */
  #calm;
  #expectNews;

  /** @param {ExpectNews} expectNews */
  constructor(expectNews) {
    this.#expectNews = expectNews;
    document.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("close", (event) => this.#onAnswer(event), true);
  }

  /**
   * The page has a new picture.
   *
   * @param {boolean} isOther the primary button means something else than before
   */
  pictured(isOther) {
    if (isOther) this.#rest();
    else this.#mark();
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
    if (this.#busy || performance.now() < this.#calmUntil) return;
    const question = document.getElementById(button.dataset.confirm ?? "");
    if (!(question instanceof HTMLDialogElement)) {
      void this.#send(button);
      return;
    }
    question.dataset.about = button.dataset.focus ?? "";
    question.returnValue = "";
    question.showModal();
  }

  /** @param {Event} event */
  #onAnswer(event) {
    const question = event.target;
    if (!(question instanceof HTMLDialogElement) || question.returnValue !== "yes") return;
    const name = CSS.escape(question.dataset.about ?? "");
    const button = document.querySelector(`[data-act][data-focus="${name}"]`);
    if (button instanceof HTMLButtonElement) void this.#send(button);
  }

  /** @param {HTMLButtonElement} button */
  async #send(button) {
    this.#busy = true;
    this.#rest();
    button.setAttribute("aria-busy", "true");
    const catchUp = this.#expectNews();
    const { url = "", method = "POST", body = "{}" } = button.dataset;
    const answer = await call(method, url, { ...JSON.parse(body), ...versionSeen() });
    button.removeAttribute("aria-busy");
    this.#busy = false;
    if (answer.ok) {
      hush();
      document.dispatchEvent(new CustomEvent("acted", { detail: { act: button.dataset.act } }));
    } else {
      tellRefusal(answer);
    }
    await catchUp(!answer.ok);
  }

  /** Take no press for a moment, and let it be seen. */
  #rest() {
    this.#calmUntil = performance.now() + CALM_MS;
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => {
      this.#calmUntil = 0;
      this.#mark();
    }, CALM_MS);
    this.#mark();
  }

  #mark() {
    const button = document.querySelector('[data-focus="primary"]');
    if (performance.now() < this.#calmUntil) button?.setAttribute("aria-disabled", "true");
    else button?.removeAttribute("aria-disabled");
  }
}

/** The version of the picture that the user is looking at. */
function versionSeen() {
  const version = document.querySelector("[data-live]")?.getAttribute("data-version");
  return version ? { version: Number(version) } : {};
}
