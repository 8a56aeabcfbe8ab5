/** The list of meetings: import a document, duplicate a meeting. */

import { call } from "../kiosk/api.js";
import { useUpTicket } from "../kiosk/ticket.js";
import { hush, say, tell, tellRefusal } from "./notices.js";
import { setUpSettings } from "./settings.js";

const CREATED = 201;

await useUpTicket();
setUpSettings();
document.querySelector("[data-import]")?.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement) void importFile(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-duplicate]") : null;
  if (button instanceof HTMLElement) askForCopy(button);
});
const form = document.querySelector("[data-duplicate-form]");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form instanceof HTMLFormElement) void duplicate(form);
});

/** @param {HTMLInputElement} input */
async function importFile(input) {
  const file = input.files?.[0];
  if (!file) return;
  hush();
  const document_ = parse(await file.text());
  // The same file, mended, can be chosen again.
  input.value = "";
  if (!document_) {
    tell(say("not-json"), "negative");
    return;
  }
  const answer = await call("POST", "/api/v1/meetings", document_);
  if (!answer.ok) tellRefusal(answer);
  else if (answer.status === CREATED) open(answer.data.id);
  else tell(say("already-here"));
}

/**
 * @param {string} text
 * @returns {object | null} null for a file that is something else than a meeting
 */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && "meeting" in value ? value : null;
  } catch {
    return null;
  }
}

/** @param {HTMLElement} button */
function askForCopy(button) {
  const dialog = document.getElementById("duplicate");
  if (!(dialog instanceof HTMLDialogElement) || !(form instanceof HTMLFormElement)) return;
  form.dataset.original = button.dataset.duplicate ?? "";
  set(form, "title", button.dataset.title ?? "");
  set(form, "place", button.dataset.place ?? "");
  set(form, "code", "");
  hush(form.querySelector("[data-form-notices]"));
  dialog.showModal();
}

/** @param {HTMLFormElement} copy */
async function duplicate(copy) {
  const changes = Object.fromEntries([...new FormData(copy)].filter(([, value]) => value !== ""));
  const original = encodeURIComponent(copy.dataset.original ?? "");
  const answer = await call("POST", `/api/v1/meetings/${original}/duplicate`, changes);
  if (answer.ok) open(answer.data.id);
  else tellRefusal(answer, copy.querySelector("[data-form-notices]"));
}

/**
 * @param {HTMLFormElement} place
 * @param {string} name
 * @param {string} value
 */
function set(place, name, value) {
  const field = place.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value;
}

/** @param {string} id */
function open(id) {
  location.assign(`/facilitator/meetings/${encodeURIComponent(id)}`);
}
