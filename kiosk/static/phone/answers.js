/**
 * Answers and forms, for every kind of question. A kind's phone.html says how it is read:
 * `data-answer-key` names the field of the answer, `data-answer-type` is one of the readers below. So a new
 * kind needs nothing here.
 *
 *   list    the pressed button's value, or those of the ticked boxes      {"options": ["a", "b"]}
 *   number  the pressed button's value, or the input's                     {"value": 4}
 *   text    the input's value                                              {"text": "…"}
 *   flag    true, when the button that carries it is pressed               {"dont_know": true}
 *   order   the ids of the [data-answer-item] elements, as they stand      {"order": ["b", "a"]}
 *   map     a number for each input with data-answer-item, zeros left out  {"points": {"a": 3}}
 */

/**
 * @typedef {Record<string, any>} Answer
 * @typedef {HTMLInputElement | HTMLTextAreaElement} Input
 */

/** @type {Record<string, (holder: HTMLElement, pressed: HTMLButtonElement | null) => unknown>} */
const READERS = {
  list: (holder, pressed) => (pressed ? [pressed.value] : ticks(holder).filter((box) => box.checked).map((box) => box.value)),
  number: (holder, pressed) => Number((pressed ?? input(holder))?.value),
  text: (holder) => input(holder)?.value.trim() ?? "",
  flag: (_holder, pressed) => pressed !== null,
  order: (holder) => items(holder).map((item) => item.dataset.answerItem),
  map: (holder) =>
    Object.fromEntries(
      items(holder)
        .map((item) => [item.dataset.answerItem, Number(/** @type {HTMLInputElement} */ (item).value)])
        .filter(([, value]) => value),
    ),
};

/** @type {Record<string, (holder: HTMLElement, value: any) => void>} */
const WRITERS = {
  list: (holder, value) => ticks(holder).forEach((box) => (box.checked = Boolean(value?.includes(box.value)))),
  number: (holder, value) => setInput(holder, value),
  text: (holder, value) => setInput(holder, value),
  order: (holder, value) => value?.forEach((/** @type {string} */ id) => moveLast(holder, id)),
  map: (holder, value) =>
    items(holder).forEach((item) => {
      /** @type {HTMLInputElement} */ (item).value = String(value?.[String(item.dataset.answerItem)] ?? "");
    }),
};

/**
 * The answer that a form holds when `pressed` has sent it (null: the Send button, or none yet).
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} pressed
 * @returns {Answer}
 */
export function read(form, pressed) {
  if (pressed?.name === "abstain") return { abstain: true };
  const chosen = pressed?.closest("[data-answer-key]") ?? null;
  const holder = /** @type {HTMLElement | null} */ (chosen ?? form.querySelector("[data-answer-key]"));
  if (!holder) return {};
  const reader = READERS[String(holder.dataset.answerType)];
  return { [String(holder.dataset.answerKey)]: reader?.(holder, chosen ? pressed : null) };
}

/**
 * Show an answer in a form (null: none).
 * @param {HTMLFormElement} form
 * @param {Answer | null} answer
 */
export function fill(form, answer) {
  for (const button of buttons(form)) button.setAttribute("aria-pressed", String(says(answer, button)));
  for (const holder of holders(form)) {
    WRITERS[String(holder.dataset.answerType)]?.(holder, answer?.[String(holder.dataset.answerKey)]);
  }
  keepLimits(form);
}

/**
 * The chosen answer in the words on the buttons; nothing for what was written.
 * @param {HTMLFormElement} form
 */
export function chosenWords(form) {
  const pressed = Array.from(form.querySelectorAll('button[aria-pressed="true"]'));
  const ticked = Array.from(form.querySelectorAll("input:checked"), (box) => box.closest("label"));
  return [...pressed, ...ticked].map((one) => one?.textContent?.trim()).join(", ");
}

/**
 * Keep within what the question allows: no more ticks than it takes, and how many characters are left.
 * @param {HTMLFormElement} form
 * @returns {string} what to say about it
 */
export function keepLimits(form) {
  for (const left of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-left]"))) {
    const used = form.querySelector("textarea")?.value.length ?? 0;
    left.textContent = (Number(left.dataset.left) - used).toLocaleString(document.documentElement.lang);
  }
  let full = false;
  for (const holder of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-most]"))) {
    const boxes = ticks(holder);
    full = boxes.filter((box) => box.checked).length >= Number(holder.dataset.most);
    for (const box of boxes) box.disabled = full && !box.checked;
  }
  return hint(form, full ? "full" : "");
}

/**
 * Show one of the hints of a question; the usual one has no name.
 * @param {HTMLFormElement} form
 * @param {"" | "empty" | "full"} which
 * @returns {string} what it says, unless it is the usual one
 */
export function hint(form, which) {
  const place = /** @type {HTMLElement | null} */ (form.querySelector("[data-says]"));
  if (!place) return "";
  place.dataset.says = which;
  return which && (place.querySelector(`[data-say="${which}"]`)?.textContent?.trim() ?? "");
}

/**
 * Whether two answers say the same.
 * @param {Answer | null | undefined} one
 * @param {Answer | null | undefined} other
 */
export function same(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/**
 * @param {Answer | null} answer
 * @param {HTMLButtonElement} button
 */
function says(answer, button) {
  const holder = /** @type {HTMLElement | null} */ (button.closest("[data-answer-key]"));
  const value = answer?.[holder ? String(holder.dataset.answerKey) : button.name];
  if (value === true) return true;
  return (Array.isArray(value) ? value : [value]).map(String).includes(button.value);
}

/** @param {HTMLFormElement} form */
function buttons(form) {
  return /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll("button[aria-pressed]"));
}

/** @param {HTMLFormElement} form */
function holders(form) {
  return /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-answer-key]"));
}

/** @param {HTMLElement} holder */
function ticks(holder) {
  return /** @type {HTMLInputElement[]} */ (Array.from(holder.querySelectorAll("input[type=checkbox]")));
}

/** @param {HTMLElement} holder */
function items(holder) {
  return /** @type {HTMLElement[]} */ (Array.from(holder.querySelectorAll("[data-answer-item]")));
}

/** @param {HTMLElement} holder */
function input(holder) {
  return /** @type {Input | null} */ (holder.querySelector("input, textarea"));
}

/**
 * @param {HTMLElement} holder
 * @param {unknown} value
 */
function setInput(holder, value) {
  const field = input(holder);
  if (field) field.value = value == null ? "" : String(value);
}

/**
 * @param {HTMLElement} holder
 * @param {string} id
 */
function moveLast(holder, id) {
  const item = items(holder).find((candidate) => candidate.dataset.answerItem === id);
  item?.parentElement?.append(item);
}
