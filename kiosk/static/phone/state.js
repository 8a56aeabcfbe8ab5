/** Keeping up with the room: states by version, and asking for the whole when something was missed. */

import { getState } from "./api.js";

const DEBOUNCE_MS = 300;
/** After a gap every phone has missed the same news: they ask spread out. */
const GAP_SPREAD_MS = 3_000;
/** What comes by itself over the socket may have been made this long ago. */
const NEWS_AGE_MS = 5_000;

/**
 * @typedef {{id: string, question: string, status: string, composition: boolean, html?: string | null}} RoundState
 * @typedef {Record<string, {answer: import("./answers.js").Answer | null, status: string}>} Mine
 * @typedef {{version: number, lang: string, meeting: {id: string, code: string, status: string}, rounds: RoundState[],
 *   screen: {key: string, html: string} | null, notice?: string | null, mine?: Mine}} State
 */

export class News {
  #version;
  #etag = "";
  #show;
  #failed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} version what the page was rendered from (-1: nothing yet)
   * @param {(state: State, isNewer: boolean, asOf: number) => void} show
   * @param {(reason: unknown) => void} failed asking did not work
   */
  constructor(version, show, failed) {
    this.#version = version;
    this.#show = show;
    this.#failed = failed;
  }

  /**
   * Take in what the socket or the server says; what is older than the page is dropped.
   * @param {State} state
   * @param {number} [asOf] since when the sender can have known it
   */
  take(state, asOf = performance.now() - NEWS_AGE_MS) {
    if (state.version < this.#version) return;
    const missed = !state.mine && state.version > this.#version + 1;
    const isNewer = state.version > this.#version;
    this.#version = state.version;
    this.#show(state, isNewer, asOf);
    if (missed) this.refresh(GAP_SPREAD_MS * Math.random());
  }

  /** Ask for the whole state, soon; many calls make one question. */
  refresh(wait = DEBOUNCE_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), wait);
  }

  /** The news could not be shown: ask for the whole, spread out, since every phone is in the same place. */
  askAgain() {
    this.#etag = "";
    this.refresh(GAP_SPREAD_MS * Math.random());
  }

  async #ask() {
    const asked = performance.now();
    try {
      const answer = await getState(this.#etag);
      if (!answer) return;
      this.#etag = answer.etag;
      this.take(answer.state, asked);
    } catch (reason) {
      this.#failed(reason);
    }
  }
}
