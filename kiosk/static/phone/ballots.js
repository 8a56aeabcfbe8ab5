/** The answers of this participant: from taps to receipts. */

import { chosenWords, fill, hint, keepLimits, read, same } from "./answers.js";
import { post, Refused } from "./api.js";
import { Drawer } from "./memory.js";
import { Outbox } from "./outbox.js";
import { announce, notice, show, spokenReceipt } from "./receipts.js";

const ACK_MS = 5_000;
/** Receipts that settle nothing yet. */
const PENDING = new Set(["sending", "waiting"]);

/**
 * @typedef {import("./answers.js").Answer} Answer
 * @typedef {import("./state.js").Mine} Mine
 * @typedef {import("./stage.js").Stage} Stage
 */

export class Ballots {
  #stage;
  #link;
  #changed;
  #outbox;
  #drafts;
  /** @type {Mine} */
  #mine = {};
  /** When this page saw an answer counted. @type {Map<string, number>} */
  #countedAt = new Map();
  /** Rounds where a counted answer was changed on this page. @type {Set<string>} */
  #recounted = new Set();
  /** Rounds answered on this page whose outcome has not been told: only what happens to these is spoken. @type {Set<string>} */
  #awaited = new Set();
  /** @type {HTMLButtonElement | null} */
  #pressed = null;

  /**
   * @param {string} meeting
   * @param {Stage} stage
   * @param {() => import("../live.js").Link | undefined} link
   * @param {() => void} changed
   */
  constructor(meeting, stage, link, changed) {
    this.#stage = stage;
    this.#link = link;
    this.#changed = changed;
    this.#drafts = new Drawer(`drafts:${meeting}`, { session: true });
    this.#outbox = new Outbox(meeting, {
      deliver: (ballot) => this.#deliver(ballot),
      counted: (round, answer) => this.#count(round, answer),
      changed: (round) => this.update(round),
    });
    document.addEventListener("click", (event) => this.#notePress(event), true);
    document.addEventListener("submit", (event) => this.#cast(event));
    document.addEventListener("input", (event) => this.#keepDraft(event));
    document.addEventListener("invalid", sayOurselves, true);
  }

  /**
   * What the server says this participant has answered. What was counted after it began to speak stays.
   * @param {Mine} mine
   * @param {number} asOf
   */
  know(mine, asOf) {
    const newer = Object.entries(this.#mine).filter(([round]) => (this.#countedAt.get(round) ?? -Infinity) > asOf);
    this.#mine = { ...mine, ...Object.fromEntries(newer) };
    this.updateAll();
  }

  /** Learn from the page what it was rendered with. */
  knowFromPage() {
    for (const round of this.#stage.rounds()) {
      if (!round.querySelector("[data-receipt=counted]")) continue;
      const form = formOf(round);
      const pressed = /** @type {HTMLButtonElement | null} */ (round.querySelector('[aria-pressed="true"]'));
      this.#mine[String(round.dataset.round)] = { answer: form && read(form, pressed), status: "counted" };
    }
    this.updateAll();
  }

  /** Send whatever waits. */
  flush() {
    this.#outbox.flush();
  }

  /** @param {StorageEvent} event */
  isIn(event) {
    return this.#outbox.isIn(event);
  }

  /** @param {string} round */
  isAnswered(round) {
    return Boolean(this.#outbox.pending(round) ?? this.#mine[round]);
  }

  updateAll() {
    for (const round of this.#stage.rounds()) this.#updateRound(round);
    this.#updateNotices();
    this.#changed();
  }

  /** @param {string} round */
  update(round) {
    const element = this.#stage.find(round);
    if (element) this.#updateRound(element);
    this.#updateNotices();
    this.#changed();
  }

  /** @param {HTMLElement} element */
  #updateRound(element) {
    const round = String(element.dataset.round);
    const form = formOf(element);
    const known = this.#outbox.pending(round) ?? this.#mine[round]?.answer ?? null;
    const isOpen = element.dataset.status === "open";
    const draft = isOpen || known === null ? this.#draft(round) : undefined;
    if (form && !(draft && same(draft, read(form, null)))) fill(form, draft ?? known);
    const place = element.querySelector("[data-receipt-place]");
    if (!place) return;
    element.toggleAttribute("data-answered", this.isAnswered(round));
    const { name, why } = this.#receipt(element, draft !== undefined);
    if (!show(place, name, why) || !name) return;
    // Closing and showing a question change its receipt too; what was told is not told again.
    if (!this.#awaited.has(round) && name !== "refused-unsent") return;
    if (!PENDING.has(name)) this.#awaited.delete(round);
    if (!element.matches(".composition") && !isInSight(place)) place.scrollIntoView({ block: "nearest" });
    const isSaid = form && !known?.abstain && !document.body.classList.contains("hide-choice");
    if (name !== "sending") announce(spokenReceipt(place, isSaid ? chosenWords(form) : ""), "mine");
  }

  /**
   * @param {HTMLElement} element
   * @param {boolean} isDrafted
   * @returns {{name: string | null, why?: string}}
   */
  #receipt(element, isDrafted) {
    const round = String(element.dataset.round);
    const isOpen = element.dataset.status === "open";
    if (this.#outbox.pending(round)) {
      return this.#outbox.isStalled(round) ? { name: "waiting", why: this.#outbox.whyStalled(round) } : { name: "sending" };
    }
    const refused = this.#outbox.entry(round)?.refused;
    if (refused) return this.#refusal(round, refused);
    const isOfMeeting = !element.matches(".composition");
    const mine = this.#mine[round];
    if (!mine) {
      if (isDrafted && !isOpen) return { name: "refused-unsent" };
      return { name: isOpen && isOfMeeting && !element.querySelector("[data-send]") ? "unanswered" : null };
    }
    if (isDrafted) return { name: "changed" };
    if (mine.answer?.abstain) return { name: isOfMeeting ? `abstained${isOpen ? "" : "-closed"}` : "skipped" };
    if (!isOpen) return { name: "counted-closed" };
    return { name: isOfMeeting && this.#recounted.has(round) ? "recounted" : "counted" };
  }

  /**
   * @param {string} round
   * @param {import("./outbox.js").Refusal} refused
   */
  #refusal(round, { code, detail }) {
    if (code !== "not_open") return { name: "refused", why: detail };
    return { name: this.#mine[round] ? "refused-kept" : "refused-closed" };
  }

  /**
   * @param {string} round
   * @param {Answer} answer
   */
  #count(round, answer) {
    const before = this.#mine[round]?.answer;
    if (before && !same(before, answer)) this.#recounted.add(round);
    this.#mine[round] = { answer, status: "counted" };
    this.#countedAt.set(round, performance.now());
  }

  /** Refusals of questions that have left the page must still be seen. */
  #updateNotices() {
    const place = document.querySelector("[data-notices]");
    if (!place) return;
    place.replaceChildren();
    for (const round of this.#outbox.rounds()) {
      const entry = this.#outbox.entry(round);
      if (!entry?.refused || this.#stage.find(round)) continue;
      const { name, why } = this.#refusal(round, entry.refused);
      notice(place, { title: entry.title, name, why, read: () => this.#outbox.forget(round) });
    }
  }

  /** @param {Event} event */
  #notePress(event) {
    this.#pressed = /** @type {Element} */ (event.target).closest("button");
  }

  /** @param {SubmitEvent} event */
  #cast(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const element = /** @type {HTMLElement | null} */ (form.closest("[data-round]"));
    if (!form.matches("[data-answer]") || !element) return;
    event.preventDefault();
    const round = String(element.dataset.round);
    // Older phones do not say which button sent the form; the last press does.
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter ?? this.#pressed);
    const pressed = button?.name && form.contains(button) ? button : null;
    const answer = read(form, pressed);
    if (isTooLittle(form, answer)) {
      askForMore(form);
      return;
    }
    this.#awaited.add(round);
    this.#setDraft(round, undefined);
    this.#outbox.put(round, answer, element.querySelector(".question")?.textContent?.trim() ?? "");
  }

  /** @param {Event} event */
  #keepDraft(event) {
    const form = /** @type {Element} */ (event.target).closest("form");
    const element = /** @type {HTMLElement | null | undefined} */ (form?.closest("[data-round]"));
    if (!form || !element) return;
    const round = String(element.dataset.round);
    const draft = read(form, null);
    const known = this.#outbox.pending(round) ?? this.#mine[round]?.answer;
    const isNew = !same(draft, known) && !(isEmpty(draft) && !known);
    this.#setDraft(round, isNew ? draft : undefined);
    announce(keepLimits(form), "mine");
    const place = element.querySelector("[data-receipt-place]");
    const { name, why } = this.#receipt(element, this.#draft(round) !== undefined);
    if (place) show(place, name, why);
  }

  /**
   * @param {string} round
   * @returns {Answer | undefined}
   */
  #draft(round) {
    return this.#drafts.read(/** @type {Record<string, Answer>} */ ({}))[round];
  }

  /**
   * @param {string} round
   * @param {Answer | undefined} draft
   */
  #setDraft(round, draft) {
    const drafts = this.#drafts.read(/** @type {Record<string, Answer>} */ ({}));
    if (draft) drafts[round] = draft;
    else delete drafts[round];
    this.#drafts.write(drafts);
  }

  /**
   * Two doors to the same verb: the socket, and a plain request when it is down or silent.
   * @param {import("./outbox.js").Ballot} ballot
   * @returns {Promise<import("./outbox.js").Outcome>}
   */
  async #deliver(ballot) {
    const acknowledged = await this.#overSocket(ballot);
    try {
      return acknowledged ?? (await post("/api/v1/ballots", ballot));
    } catch (reason) {
      if (reason instanceof Refused && !reason.isForNow) return { status: "refused", code: reason.code, detail: reason.detail };
      throw reason;
    }
  }

  /** @param {import("./outbox.js").Ballot} ballot */
  async #overSocket(ballot) {
    const link = this.#link();
    if (!link?.isUp()) return null;
    const outcome = await link.send("ballot", ballot, ACK_MS).catch(() => null);
    if (outcome?.status === "refused") {
      const refused = new Refused(outcome.code, outcome.detail);
      if (refused.isForNow) throw refused;
    }
    return outcome;
  }
}

/** @param {HTMLElement} round */
function formOf(round) {
  return /** @type {HTMLFormElement | null} */ (round.querySelector("form[data-answer]"));
}

/** @param {Element} element */
function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

/** @param {HTMLFormElement} form */
function askForMore(form) {
  announce(hint(form, "empty"), "mine");
  /** @type {HTMLElement | null} */ (form.querySelector("textarea, input:not([type=hidden])"))?.focus();
  form.querySelector("[data-says]")?.scrollIntoView({ block: "nearest" });
}

/** Browsers would ask for more in a balloon, and in a language of their own. @param {Event} event */
function sayOurselves(event) {
  const form = /** @type {HTMLInputElement} */ (event.target).form;
  if (!form?.matches("[data-answer]")) return;
  event.preventDefault();
  askForMore(form);
}

/**
 * Whether it is less than the question asks for.
 * @param {HTMLFormElement} form
 * @param {Answer} answer
 */
function isTooLittle(form, answer) {
  const holder = /** @type {HTMLElement | null} */ (form.querySelector("[data-least]"));
  return isEmpty(answer) || (holder !== null && answer.options?.length < Number(holder.dataset.least));
}

/** Nothing ticked or written: there is nothing to send. @param {Answer} answer */
function isEmpty(answer) {
  const [value] = Object.values(answer);
  return value === "" || value === undefined || (Array.isArray(value) && value.length === 0);
}
