/** The door in the drawer: the code, the lock, the people counted. What it shows is read off the live picture. */

import { call } from "../kiosk/api.js";
import { put } from "../kiosk/words.js";
import { say, tell, tellRefusal } from "./notices.js";

/** @typedef {{ code: string, locked: boolean, rotation: number | null, heads: number | null, devices: number }} Door */

/** Set the door up, where the page has one. */
export function setUpDoor() {
  const door = document.querySelector("[data-door]");
  if (!(door instanceof HTMLElement)) return;
  const base = door.dataset.door ?? "";
  const lock = door.querySelector("[data-door-lock]");
  lock?.addEventListener("click", () => {
    void act(door, "POST", `${base}/joining`, { locked: door.dataset.locked !== "yes" });
  });
  door.querySelector("[data-door-new]")?.addEventListener("click", () => void act(door, "POST", `${base}/code`, {}));
  door.querySelector("[data-door-form]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void save(door, base);
  });
}

/** Show how the door is now: as the newest picture has it. */
export function showDoor() {
  const door = document.querySelector("[data-door]");
  const picture = document.querySelector("[data-live]");
  if (!(door instanceof HTMLElement) || !(picture instanceof HTMLElement)) return;
  const { code = "", locked, heads = "", devices = "0", rotation = "" } = picture.dataset;
  show(door, {
    code,
    locked: locked === "yes",
    heads: heads === "" ? null : Number(heads),
    devices: Number(devices),
    rotation: rotation === "" ? null : Number(rotation),
  });
}

/**
 * @param {HTMLElement} door
 * @param {string} method
 * @param {string} url
 * @param {object} body
 */
async function act(door, method, url, body) {
  const answer = await call(method, url, body);
  const shelf = document.querySelector("[data-drawer-notices]");
  if (!answer.ok) {
    tellRefusal(answer, shelf);
    return false;
  }
  show(door, answer.data);
  return true;
}

/**
 * @param {HTMLElement} door
 * @param {string} base
 */
async function save(door, base) {
  const heads = numberIn(door, "#door-heads");
  const minutes = numberIn(door, "#door-minutes");
  const saved =
    (await act(door, "PUT", `${base}/heads`, { heads })) && (await act(door, "PUT", `${base}/rotation`, { minutes }));
  if (saved) tell(say("door-saved"), "positive", document.querySelector("[data-drawer-notices]"));
}

/**
 * @param {HTMLElement} door
 * @param {Door} now
 */
function show(door, now) {
  put(door, "[data-door-code]", now.code);
  put(door, "[data-door-devices]", now.devices.toLocaleString(document.documentElement.lang));
  door.dataset.locked = now.locked ? "yes" : "no";
  for (const words of door.querySelectorAll("[data-door-words]")) {
    if (words instanceof HTMLElement) words.hidden = (words.dataset.doorWords === "locked") !== now.locked;
  }
  fill(door, "#door-heads", now.heads);
  fill(door, "#door-minutes", now.rotation);
}

/**
 * @param {HTMLElement} door
 * @param {string} selector
 */
function numberIn(door, selector) {
  const field = door.querySelector(selector);
  return field instanceof HTMLInputElement && field.value !== "" ? Number(field.value) : null;
}

/**
 * @param {HTMLElement} door
 * @param {string} selector
 * @param {number | null} value
 */
function fill(door, selector, value) {
  const field = door.querySelector(selector);
  if (field instanceof HTMLInputElement && field !== document.activeElement) field.value = value === null ? "" : String(value);
}
