/** Send home: enrol, watch the sending, try again, bring receipts in, delete. */

import { call } from "../kiosk/api.js";
import { put } from "../kiosk/words.js";
import { hush, say, tell, tellRefusal } from "./notices.js";

const NEWS_MS = 1500;

/**
 * @typedef {{ state: string, parts: number, parts_acknowledged: number, sentence: string,
 *   problem: { detail: string } | null, receipt: { id: string } | null }} Progress
 * @typedef {{ id: string, sending: boolean, next_seconds: number | null, progress: Progress | null }} Way
 */

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  if (button.dataset.send !== undefined) void send(button);
  else if (button.dataset.delete !== undefined) askToDelete(button);
  else if (button.dataset.closeDialog !== undefined) button.closest("dialog")?.close();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  if (form.dataset.enrol !== undefined) void know(form, form.querySelector("[data-enrol-notices]"));
  else if (form.dataset.pin !== undefined) void know(form, form.querySelector("[data-pin-notices]"));
  else if (form.dataset.keep !== undefined) void keep(form);
  else if (form.dataset.deleteForm !== undefined) void remove(form);
});
document.querySelector("[data-take-receipt]")?.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement) void takeReceipt(event.target);
});
void watch();

/** Ask for news for as long as the page is open. */
async function watch() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, NEWS_MS));
    if (!document.hidden) await refresh();
  }
}

async function refresh() {
  const answer = await call("GET", "/api/v1/homecoming");
  if (!answer.ok) return;
  for (const way of answer.data.meetings) show(way);
}

/** @param {Way} way */
function show(way) {
  const card = cardOf(way.id);
  if (!card || !way.progress) return;
  const { state, parts, parts_acknowledged, sentence, problem, receipt } = way.progress;
  card.dataset.state = state;
  for (const words of all(card, "[data-words-of]")) words.hidden = words.dataset.wordsOf !== state;
  const bar = card.querySelector("[data-bar]");
  if (bar instanceof HTMLProgressElement) {
    bar.max = parts || 1;
    bar.value = parts_acknowledged;
  }
  put(card, "[data-sentence]", sentence);
  put(card, "[data-problem-words]", problem?.detail ?? "");
  put(card, "[data-receipt-id]", receipt?.id ?? "");
  put(card, "[data-next-seconds]", String(way.next_seconds ?? ""));
  reveal(card, "[data-problem]", problem !== null && !way.sending);
  reveal(card, "[data-receipt]", receipt !== null);
  reveal(card, "[data-next]", way.next_seconds !== null && !way.sending);
  reveal(card, "[data-send]", state !== "safe");
  for (const button of all(card, "[data-send]")) button.setAttribute("aria-busy", String(way.sending));
}

/** @param {HTMLButtonElement} button */
async function send(button) {
  const answer = await call("POST", `/api/v1/meetings/${idOf(button)}/send`, {});
  if (answer.ok) hush();
  else tellRefusal(answer);
  await refresh();
}

/**
 * @param {HTMLFormElement} form
 * @param {Element | null} shelf
 */
async function know(form, shelf) {
  const button = form.querySelector("button");
  button?.setAttribute("aria-busy", "true");
  const answer = await call("POST", "/api/v1/central", Object.fromEntries(new FormData(form)));
  button?.removeAttribute("aria-busy");
  if (answer.ok) location.reload();
  else tellRefusal(answer, shelf);
}

/** @param {HTMLFormElement} form */
async function keep(form) {
  const day = String(new FormData(form).get("keep_until") ?? "") || null;
  const answer = await call("PUT", `/api/v1/meetings/${idOf(form)}/retention`, { keep_until: day });
  if (answer.ok) tell(say("door-saved"), "positive");
  else tellRefusal(answer);
}

/** @param {HTMLInputElement} input */
async function takeReceipt(input) {
  const file = input.files?.[0];
  if (!file) return;
  hush();
  const receipt = parse(await file.text());
  // The same file can be chosen again.
  input.value = "";
  if (!receipt) {
    tell(say("not-a-receipt"), "negative");
    return;
  }
  const answer = await call("POST", "/api/v1/receipts", receipt);
  if (answer.ok) tell(say("receipt-taken"), "positive");
  else tellRefusal(answer);
  await refresh();
}

/**
 * @param {string} text
 * @returns {object | null}
 */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** @param {HTMLElement} button */
function askToDelete(button) {
  const dialog = document.getElementById("delete");
  const form = dialog?.querySelector("form");
  const card = button.closest("[data-meeting]");
  if (!(dialog instanceof HTMLDialogElement) || !form || !(card instanceof HTMLElement)) return;
  const isSafe = card.dataset.state === "safe";
  form.reset();
  form.dataset.meeting = card.dataset.meeting ?? "";
  put(form, "[data-delete-name]", card.dataset.title ?? "");
  reveal(form, "[data-delete-safe]", isSafe);
  reveal(form, "[data-delete-unsafe]", !isSafe);
  reveal(form, "[data-delete-why]", !isSafe);
  const why = form.elements.namedItem("why");
  if (why instanceof HTMLTextAreaElement) why.required = !isSafe;
  hush(form.querySelector("[data-delete-notices]"));
  dialog.showModal();
}

/** @param {HTMLFormElement} form */
async function remove(form) {
  const given = new FormData(form);
  const answer = await call("POST", `/api/v1/meetings/${encodeURIComponent(form.dataset.meeting ?? "")}/delete`, {
    why: String(given.get("why") ?? ""),
    reference: String(given.get("reference") ?? ""),
  });
  if (answer.ok) location.reload();
  else tellRefusal(answer, form.querySelector("[data-delete-notices]"));
}

/** @param {string} id */
function cardOf(id) {
  return all(document, "[data-meeting]").find((card) => card.dataset.meeting === id) ?? null;
}

/** @param {Element} inside */
function idOf(inside) {
  const card = inside.closest("[data-meeting]");
  return encodeURIComponent((card instanceof HTMLElement && card.dataset.meeting) || "");
}

/**
 * @param {ParentNode} place
 * @param {string} selector
 */
function all(place, selector) {
  return [...place.querySelectorAll(selector)].filter((found) => found instanceof HTMLElement);
}

/**
 * @param {ParentNode} place
 * @param {string} selector
 * @param {boolean} isShown
 */
function reveal(place, selector, isShown) {
  for (const found of all(place, selector)) found.hidden = !isShown;
}
