/** Reference populations: bring a table in, say which category belongs to which answer, choose one. */

import { call } from "../kiosk/api.js";
import { hush, tellRefusal } from "./notices.js";

const dialogue = encodeURIComponent(document.body.dataset.dialogue ?? "");

document.querySelector("[data-file]")?.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement) void fillIn(event.target);
});
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  event.preventDefault();
  if (event.target.dataset.bring !== undefined) void bringIn(event.target);
  else if (event.target.dataset.mapping) void saveMapping(event.target);
});
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLInputElement && field.name === "population") void choose(field.value);
  else if (field instanceof HTMLSelectElement && field.dataset.variable !== undefined) showRows(field);
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-remove]") : null;
  if (button instanceof HTMLElement) void remove(button.dataset.remove ?? "");
});

/**
 * Put a file's text into the form, where it can be seen and mended. Spreadsheets often save in the old encoding of
 * their country; what is no UTF-8 is read as that.
 *
 * @param {HTMLInputElement} input
 */
async function fillIn(input) {
  const file = input.files?.[0];
  const table = document.querySelector("[data-table]");
  if (!file || !(table instanceof HTMLTextAreaElement)) return;
  const bytes = await file.arrayBuffer();
  table.value = read(bytes);
  const name = document.getElementById("population-name");
  if (name instanceof HTMLInputElement && !name.value) name.focus();
  // The same file, mended, can be chosen again.
  input.value = "";
}

/** @param {ArrayBuffer} bytes */
function read(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * What was entered stays in the form when it is refused: only a row may need mending.
 *
 * @param {HTMLFormElement} form
 */
async function bringIn(form) {
  const given = new FormData(form);
  const shelf = form.querySelector("[data-bring-notices]");
  const answer = await call("POST", `/api/v1/dialogues/${dialogue}/populations`, {
    name: String(given.get("name") ?? ""),
    table: String(given.get("table") ?? ""),
  });
  if (answer.ok) location.assign(`${location.pathname}#name-${answer.data.id}`);
  if (answer.ok) location.reload();
  else tellRefusal(answer, shelf);
}

/** @param {HTMLFormElement} form */
async function saveMapping(form) {
  const shelf = form.querySelector("[data-mapping-notices]");
  const variable = String(new FormData(form).get("variable") ?? "") || null;
  /** @type {Record<string, string | null>} */
  const categories = {};
  for (const field of form.querySelectorAll("fieldset:not([disabled]) select[data-category]")) {
    if (field instanceof HTMLSelectElement) categories[field.dataset.category ?? ""] = field.value || null;
  }
  const answer = await call("POST", `/api/v1/populations/${encodeURIComponent(form.dataset.mapping ?? "")}/mapping`, {
    question: form.dataset.question ?? "",
    variable,
    categories,
  });
  if (answer.ok) location.reload();
  else tellRefusal(answer, shelf);
}

/** @param {string} population */
async function choose(population) {
  hush();
  const answer = await call("POST", `/api/v1/dialogues/${dialogue}/population`, { population: population || null });
  if (answer.ok) location.reload();
  else tellRefusal(answer);
}

/** @param {string} population */
async function remove(population) {
  const answer = await call("POST", `/api/v1/populations/${encodeURIComponent(population)}/remove`, {});
  if (answer.ok) location.reload();
  else tellRefusal(answer);
}

/**
 * Show the categories of the chosen table, and no others.
 *
 * @param {HTMLSelectElement} select
 */
function showRows(select) {
  for (const rows of select.form?.querySelectorAll("[data-rows-of]") ?? []) {
    if (!(rows instanceof HTMLFieldSetElement)) continue;
    rows.hidden = rows.disabled = rows.dataset.rowsOf !== select.value;
  }
}
