/** The page of questions about the participant: first in line, gone when the person goes on, and easy to find again. */

import { Drawer } from "./memory.js";

export class AboutYou {
  #section = /** @type {HTMLElement | null} */ (document.querySelector("[data-composition]"));
  #now = /** @type {HTMLElement | null} */ (document.querySelector("[data-now]"));
  #back = /** @type {HTMLElement | null} */ (document.querySelector("[data-about-you]"));
  #done;

  /** @param {string} meeting */
  constructor(meeting) {
    this.#done = new Drawer(`about-you:${meeting}`);
    this.#section?.classList.add("is-scripted");
    this.#section?.addEventListener("click", (event) => {
      if (!(/** @type {Element} */ (event.target).closest("[data-continue]"))) return;
      event.preventDefault();
      this.#turn(true);
    });
    this.#back?.addEventListener("click", () => this.#turn(false));
  }

  /**
   * Show what fits: these questions while they are open and not left behind, else the meeting.
   * @param {{isQuestionOpen: boolean, isAnythingAnswered: boolean}} now
   */
  update({ isQuestionOpen, isAnythingAnswered }) {
    if (!this.#section || !this.#now || !this.#back) return;
    const isOpen = this.#section.querySelector("[data-round]") !== null;
    const isDone = this.#done.read(false);
    this.#section.hidden = !isOpen || isDone;
    this.#now.hidden = isOpen && !isDone;
    this.#back.hidden = !isOpen || !isDone;
    const openNews = /** @type {HTMLElement | null} */ (this.#section.querySelector("[data-question-open]"));
    if (openNews) openNews.hidden = !isQuestionOpen;
    const label = /** @type {HTMLElement | null} */ (this.#section.querySelector("[data-continue] [data-says]"));
    if (label) label.dataset.says = isAnythingAnswered ? "" : "unanswered";
  }

  /** @param {boolean} isDone */
  #turn(isDone) {
    this.#done.write(isDone);
    if (!this.#section || !this.#now || !this.#back) return;
    this.#section.hidden = isDone;
    this.#now.hidden = !isDone;
    this.#back.hidden = !isDone;
    (isDone ? this.#now : this.#section).focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}
