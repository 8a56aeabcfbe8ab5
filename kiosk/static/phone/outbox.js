/**
 * The outbox: answers that are not yet known to be counted. One per round, shared by the tabs of a device.
 *
 * A ballot that has been sent stays until the server has spoken about it, even when a newer answer waits
 * behind it. Otherwise a message delayed in the air could arrive after the newer one and count instead.
 */

import { uuid } from "../ids.js";
import { Refused } from "./api.js";
import { Drawer } from "./memory.js";

const STALLED_MS = 3_000;
const RETRY_MS = 2_000;
const RETRY_MAX_MS = 20_000;

/**
 * @typedef {import("./answers.js").Answer} Answer
 * @typedef {{id: string, answer: Answer, tried: boolean}} Waiting
 * @typedef {{code: string, detail?: string}} Refusal
 * @typedef {{title: string, ballot?: Waiting, next?: Waiting, refused?: Refusal}} Entry
 * @typedef {{id: string, round: string, answer: Answer}} Ballot
 * @typedef {{status: "counted" | "repeated"} | {status: "refused", code: string, detail?: string}} Outcome
 */

export class Outbox {
  #drawer;
  #deliver;
  #changed;
  #counted;
  /** @type {Set<string>} */
  #sending = new Set();
  /** @type {Map<string, string | undefined>} */
  #stalled = new Map();
  #retryIn = RETRY_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} meeting
   * @param {object} hooks
   * @param {(ballot: Ballot) => Promise<Outcome>} hooks.deliver rejects when the server could not be asked
   * @param {(round: string) => void} hooks.changed
   * @param {(round: string, answer: Answer) => void} hooks.counted
   */
  constructor(meeting, { deliver, changed, counted }) {
    this.#drawer = new Drawer(`outbox:${meeting}`);
    this.#deliver = deliver;
    this.#changed = changed;
    this.#counted = counted;
  }

  /**
   * Answer a round. `title` is what to call the question should it be gone when the answer fails.
   * @param {string} round
   * @param {Answer} answer
   * @param {string} title
   */
  put(round, answer, title) {
    const ballot = { id: uuid(), answer, tried: false };
    const before = this.entry(round)?.ballot;
    this.#store(round, before?.tried ? { title, ballot: before, next: ballot } : { title, ballot });
    this.#changed(round);
    void this.#send(round);
  }

  /** Try everything that waits: there is reason to think that it works now. */
  flush() {
    this.#retryIn = RETRY_MS;
    this.#sendAll();
  }

  /** @returns {string[]} */
  rounds() {
    return Object.keys(this.#entries());
  }

  /**
   * @param {string} round
   * @returns {Entry | undefined}
   */
  entry(round) {
    return this.#entries()[round];
  }

  /**
   * The newest answer that waits to be counted.
   * @param {string} round
   */
  pending(round) {
    const entry = this.entry(round);
    return (entry?.next ?? entry?.ballot)?.answer;
  }

  /**
   * Whether sending takes so long that the person should know.
   * @param {string} round
   */
  isStalled(round) {
    return this.#stalled.has(round);
  }

  /**
   * Why it does, where the server has said so: then it is not the network.
   * @param {string} round
   */
  whyStalled(round) {
    return this.#stalled.get(round);
  }

  /**
   * Drop a refusal that has been read.
   * @param {string} round
   */
  forget(round) {
    this.#store(round, undefined);
    this.#changed(round);
  }

  /** @param {StorageEvent} event */
  isIn(event) {
    return this.#drawer.isIn(event);
  }

  #sendAll() {
    for (const round of this.rounds()) void this.#send(round);
  }

  /** @param {string} round */
  async #send(round) {
    if (this.#sending.has(round)) return;
    this.#sending.add(round);
    const slow = setTimeout(() => this.#stall(round), STALLED_MS);
    try {
      for (let ballot = this.#take(round); ballot; ballot = this.#take(round)) {
        this.#settle(round, ballot, await this.#deliver({ id: ballot.id, round, answer: ballot.answer }));
      }
      this.#retryIn = RETRY_MS;
      this.#stalled.delete(round);
    } catch (reason) {
      this.#stall(round, reason instanceof Refused && reason.code === "not_saving" ? reason.detail : undefined);
      this.#retryLater();
    } finally {
      clearTimeout(slow);
      this.#sending.delete(round);
      this.#changed(round);
    }
  }

  /**
   * The next ballot to send, marked as tried before it leaves.
   * @param {string} round
   */
  #take(round) {
    const entry = this.entry(round);
    if (!entry?.ballot) return undefined;
    entry.ballot.tried = true;
    this.#store(round, entry);
    return entry.ballot;
  }

  /**
   * @param {string} round
   * @param {Waiting} ballot
   * @param {Outcome} outcome
   */
  #settle(round, ballot, outcome) {
    const entry = this.entry(round);
    if (entry?.ballot?.id !== ballot.id) return; // another tab was faster
    if (outcome.status !== "refused") this.#counted(round, ballot.answer);
    if (entry.next) this.#store(round, { title: entry.title, ballot: entry.next });
    else if (outcome.status !== "refused") this.#store(round, undefined);
    else this.#store(round, { title: entry.title, refused: { code: outcome.code, detail: outcome.detail } });
  }

  /**
   * @param {string} round
   * @param {string} [why]
   */
  #stall(round, why) {
    this.#stalled.set(round, why);
    this.#changed(round);
  }

  #retryLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sendAll(), this.#retryIn * (0.5 + Math.random()));
    this.#retryIn = Math.min(RETRY_MAX_MS, this.#retryIn * 2);
  }

  /** @returns {Record<string, Entry>} */
  #entries() {
    return this.#drawer.read({});
  }

  /**
   * @param {string} round
   * @param {Entry | undefined} entry
   */
  #store(round, entry) {
    const entries = this.#entries();
    if (entry) entries[round] = entry;
    else delete entries[round];
    this.#drawer.write(entries);
  }
}
