/** What the console asks for after a picture is drawn: whether differences are more than chance; and paper ballots. */

import { uuid } from "../kiosk/ids.js";
import { call } from "../kiosk/api.js";
import { hush, say, tell, tellRefusal } from "./notices.js";

/** @type {Map<string, string>} */
const known = new Map();

/** @type {Map<string, { id: string, answer: object }[]>} */
const unsent = new Map();

/** Fill in the words that a picture leaves open: they are worked out beside the votes, and come when they are ready. */
export function fillInWords() {
  for (const place of document.querySelectorAll("[data-words-from]")) {
    if (place instanceof HTMLElement) void fillIn(place, place.dataset.wordsFrom ?? "");
  }
}

/** Listen to the forms for paper ballots. */
export function takePapers() {
  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || event.target.dataset.paper === undefined) return;
    event.preventDefault();
    void addPapers(event.target);
  });
}

/**
 * @param {HTMLElement} place
 * @param {string} url
 */
async function fillIn(place, url) {
  place.textContent = known.get(url) ?? "";
  const answer = await call("GET", url);
  if (!answer.ok) return;
  known.set(url, String(answer.data.words));
  if (place.isConnected && place.textContent !== answer.data.words) place.textContent = String(answer.data.words);
}

/**
 * Send the papers of a form. Their ids are minted once: of papers that were sent and not answered for, those that the
 * form still holds are sent as they were, so that no paper counts twice.
 *
 * @param {HTMLFormElement} form
 */
async function addPapers(form) {
  const url = form.dataset.paper ?? "";
  const shelf = form.querySelector("[data-paper-notices]");
  const before = unsent.get(url) ?? [];
  const ballots = papersOf(form, before);
  if (ballots.length === 0) {
    tell(say("no-papers"), "caution", shelf);
    return;
  }
  unsent.set(url, [...new Set([...before, ...ballots])]);
  const answer = await call("POST", url, { ballots, channel: "paper" });
  if (!answer.ok) {
    if (answer.code !== "unreachable") unsent.delete(url);
    tellRefusal(answer, shelf);
    return;
  }
  unsent.delete(url);
  hush(shelf);
  form.reset();
  // The picture may be newer than this form by now; what it kept of the fields is emptied as well.
  for (const field of document.querySelectorAll("[data-paper] input")) {
    if (!(field instanceof HTMLInputElement)) continue;
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  tell(say(answer.data.counted > 0 ? "papers-count" : "papers-wait"), "positive");
}

/**
 * Papers by how many there are of each: with one mark, in a field for each answer; with several, as they are ticked.
 *
 * @param {HTMLFormElement} form
 * @param {{ id: string, answer: object }[]} before Papers that have an id already.
 */
function papersOf(form, before) {
  const marks = [...form.querySelectorAll("input[data-mark]:checked")].map((box) => box.getAttribute("data-mark"));
  return [...form.querySelectorAll("input[data-papers]")].flatMap((field) => {
    if (!(field instanceof HTMLInputElement)) return [];
    const count = Math.max(0, Math.floor(Number(field.value) || 0));
    const answer = field.dataset.papers ? JSON.parse(field.dataset.papers) : { options: marks };
    const same = before.filter((paper) => JSON.stringify(paper.answer) === JSON.stringify(answer));
    return Array.from({ length: count }, (_, place) => same[place] ?? { id: uuid(), answer });
  });
}
