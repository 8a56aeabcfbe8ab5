/**
 * Turns the pages of what is more than one picture holds: quotes, the composition of a large meeting. The style
 * sheet sets it in columns that run on sideways; a page is as many of them as are seen at once.
 */

import { isCalm } from "./figures.js";
import { PAGES } from "./fit.js";

const STAY_MS = 12_000;
/** For those who asked for less motion the pages stand longer, and change without sliding. */
const CALM_STAY_MS = 20_000;
/** Less than this part of a page is rounding. */
const ALMOST_A_PAGE = 0.05;

export class Pages {
  /** @type {HTMLElement | null} */
  #paper = null;
  /** @type {HTMLElement | null} */
  #mark = null;
  #page = 0;
  #paused = false;
  /** @type {number | undefined} */
  #timer;

  /**
   * Begin with a new picture; `page` goes on where the same picture was.
   *
   * @param {HTMLElement} wall
   * @param {boolean} same
   */
  show(wall, same) {
    this.#paper = wall.querySelector(PAGES);
    this.#mark = wall.querySelector("[data-page-mark]");
    this.#page = same ? Math.min(this.#page, this.#count() - 1) : 0;
    this.#draw(true);
    this.#wait();
  }

  /**
   * Turn by hand, and give the reader the whole time again.
   *
   * @param {number} step
   */
  turn(step) {
    const count = this.#count();
    this.#page = (this.#page + step + count) % count;
    this.#draw(false);
    this.#wait();
  }

  /** Stop turning by itself, or go on. */
  pause() {
    this.#paused = !this.#paused;
    this.#draw(true);
    this.#wait();
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#paused || this.#count() < 2) return;
    this.#timer = setTimeout(() => this.turn(1), isCalm() ? CALM_STAY_MS : STAY_MS);
  }

  #count() {
    const paper = this.#paper;
    if (!paper) return 1;
    const pages = (paper.scrollWidth + this.#gap(paper)) / this.#stride(paper);
    return Math.max(1, Math.ceil(pages - ALMOST_A_PAGE));
  }

  /** @param {HTMLElement} paper */
  #stride(paper) {
    return paper.clientWidth + this.#gap(paper);
  }

  /** @param {HTMLElement} paper */
  #gap(paper) {
    return Number.parseFloat(getComputedStyle(paper).columnGap) || 0;
  }

  /** @param {boolean} atOnce */
  #draw(atOnce) {
    const paper = this.#paper;
    if (!paper) return;
    const count = this.#count();
    const way = getComputedStyle(paper).direction === "rtl" ? -1 : 1;
    paper.scrollTo({
      left: way * this.#page * this.#stride(paper),
      behavior: atOnce || isCalm() ? "auto" : "smooth",
    });
    if (!this.#mark) return;
    this.#mark.hidden = count < 2;
    this.#mark.toggleAttribute("data-paused", this.#paused);
    const words = this.#mark.querySelector("[data-page]");
    if (words) words.textContent = `${spoken(this.#page + 1)} / ${spoken(count)}`;
  }
}

/** @param {number} value */
function spoken(value) {
  return new Intl.NumberFormat(document.documentElement.lang).format(value);
}
