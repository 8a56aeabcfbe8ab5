/** The rounds and the screen on the page. An open round that is there already is never touched: somebody may be writing in it. */

import { partial } from "../partial.js";
import { plain } from "../words.js";

/** @typedef {import("./state.js").State} State */

export class Stage {
  /** @type {Map<string, string>} */
  #shown = new Map();
  /** @type {State["screen"]} */
  #screen = null;

  /**
   * Show a state. When it is no newer than the page, what the server rendered first stays.
   * @param {State} state
   * @param {boolean} isNewer
   * @returns {string | null} what is new, in words, for those who listen; null when a round came without
   *   its partial and is not here yet, so that the whole must be asked for
   */
  show(state, isNewer) {
    const onStage = state.rounds.filter((round) => !round.composition);
    if (state.rounds.some((round) => round.html == null && !this.find(round.id))) return null;
    const about = state.rounds.filter((round) => round.composition && round.status === "open");
    const asked = this.#showRounds("composition", about, isNewer);
    const news = this.#showRounds("stage", onStage, isNewer).map(spoken);
    const screen = this.#showScreen(state.screen, onStage.length > 0);
    if (news.length > 0) return news.join(" ");
    return asked.length > 0 ? plain(document.querySelector("#about-you")) : screen;
  }

  /** @returns {HTMLElement[]} */
  rounds() {
    return Array.from(document.querySelectorAll("[data-round]"));
  }

  /**
   * @param {string} round
   * @returns {HTMLElement | null}
   */
  find(round) {
    return document.querySelector(`[data-round="${CSS.escape(round)}"]`);
  }

  /** The rounds that ask about the participant. */
  aboutYou() {
    const rounds = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-composition] [data-round]"));
    return Array.from(rounds, (round) => String(round.dataset.round));
  }

  /** How many rounds of the meeting itself can be answered now. */
  openQuestions() {
    return document.querySelectorAll('[data-rounds="stage"] [data-status="open"]').length;
  }

  /**
   * @param {string} area
   * @param {State["rounds"]} rounds
   * @param {boolean} isNewer
   */
  #showRounds(area, rounds, isNewer) {
    const place = document.querySelector(`[data-rounds="${area}"]`);
    if (!place) return [];
    const before = new Map(Array.from(place.children, (child) => [/** @type {HTMLElement} */ (child).dataset.round, child]));
    /** @type {HTMLElement[]} */
    const added = [];
    rounds.forEach((round, index) => {
      const there = /** @type {HTMLElement | undefined} */ (before.get(round.id));
      before.delete(round.id);
      const keep = there && (round.html == null || this.#isStill(there, round, isNewer));
      const element = keep ? there : /** @type {HTMLElement} */ (partial(round.html ?? "").firstElementChild);
      if (round.html != null) this.#shown.set(round.id, round.html);
      if (there && !keep) there.replaceWith(element);
      if (place.children[index] !== element) place.insertBefore(element, place.children[index] ?? null);
      if (!keep) added.push(element);
    });
    before.forEach((element) => element.remove());
    return added;
  }

  /**
   * @param {HTMLElement} element
   * @param {State["rounds"][number]} round
   * @param {boolean} isNewer
   */
  #isStill(element, round, isNewer) {
    if (element.dataset.status !== round.status) return false;
    const shown = this.#shown.get(round.id);
    return round.status === "open" || (shown ? shown === round.html : !isNewer);
  }

  /**
   * @param {State["screen"]} screen
   * @param {boolean} isCovered
   */
  #showScreen(screen, isCovered) {
    const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-screen]"));
    if (!place) return "";
    place.hidden = isCovered;
    if (!screen) return "";
    const before = this.#screen;
    this.#screen = screen;
    if (before?.html === screen.html) return "";
    place.replaceChildren(partial(screen.html));
    // The same screen with other figures is not read aloud again: a hall that arrives would never end.
    if (!before || before.key === screen.key || isCovered) return "";
    return plain(place.querySelector("[data-announce]"));
  }
}

/**
 * The question, and what there is to do or to know: all hints while it is open, then one sentence.
 * @param {HTMLElement} round
 */
function spoken(round) {
  const said = Array.from(round.querySelectorAll("[data-announce]"), plain);
  const question = plain(round.querySelector(".question"));
  return [question, ...(round.dataset.status === "open" ? said : said.slice(0, 1))].join(" ");
}
