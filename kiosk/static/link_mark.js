/** What a console and a wall say of their link to the room, and how they hurry back: there are few of them, where phones must spread out. */

const FIRST_KNOCK_MS = 250;

/**
 * A loss of the link that is not over yet.
 *
 * @typedef {{ telling: number }} Loss
 */

export class LinkMark {
  /** @type {Loss | null} */
  #loss = null;
  #calm;
  #every;
  #knock;
  #changed;

  /**
   * @param {object} how
   * @param {number} how.calm a blink of the network, so many milliseconds, is not worth a word
   * @param {number} how.every so many milliseconds lie between two knocks
   * @param {() => unknown} how.knock try to come back; when it gives a promise, the next knock waits for it
   * @param {(isAway: boolean) => void} [how.changed] the mark has changed
   */
  constructor({ calm, every, knock, changed }) {
    this.#calm = calm;
    this.#every = every;
    this.#knock = knock;
    this.#changed = changed;
  }

  /** There is a link. */
  found() {
    clearTimeout(this.#loss?.telling);
    this.#loss = null;
    this.#show(false);
  }

  /** There is none, or something did not get through. */
  lose() {
    if (this.#loss) return;
    this.#loss = { telling: setTimeout(() => this.#show(true), this.#calm) };
    void this.#comeBack(this.#loss);
  }

  /** @param {Loss} loss */
  async #comeBack(loss) {
    await wait(FIRST_KNOCK_MS);
    while (this.#loss === loss) {
      await this.#knock();
      await wait(this.#every);
    }
  }

  /** @param {boolean} isAway */
  #show(isAway) {
    for (const words of document.querySelectorAll("[data-link-words]")) {
      if (words instanceof HTMLElement) words.hidden = words.dataset.linkWords !== (isAway ? "away" : "live");
    }
    this.#changed?.(isAway);
  }
}

/** @param {number} span in milliseconds */
function wait(span) {
  return new Promise((resolve) => setTimeout(resolve, span));
}
