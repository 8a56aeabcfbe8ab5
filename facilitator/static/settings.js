/** The drawer: the wall's window, pairing, Wi-Fi, and who is let in. */

import { call } from "../kiosk/api.js";
import { put } from "../kiosk/words.js";
import { say, tell, tellRefusal, template } from "./notices.js";

const WALL_WINDOW = "kiosk-wall";
/** How often the drawer looks whether a code that it shows has been used, and for how long the code is good. */
const LOOK_MS = 2_000;
const GOOD_MS = 600_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let watching;

/** Set the drawer up. */
export function setUpSettings() {
  const drawer = document.getElementById("settings");
  if (!(drawer instanceof HTMLDialogElement)) return;
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const opener = target.closest("[data-open-settings]");
    const pair = target.closest("[data-pair]");
    if (opener instanceof HTMLElement) void open(drawer, opener.dataset.openSettings ?? "");
    else if (target.closest("[data-close-dialog]")) target.closest("dialog")?.close();
    else if (target === drawer) drawer.close();
    else if (target.closest("[data-open-wall]")) void openWall(drawer, event);
    else if (pair instanceof HTMLElement) void showPairing(drawer, pair.dataset.pair ?? "console");
    else if (target.closest("[data-wifi-remove]")) void removeWifi(drawer);
    else if (target.closest("[data-log-out]")) void logOut(drawer);
  });
  drawer.addEventListener("close", () => hidePairings(drawer));
  drawer.querySelector("[data-wifi]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void saveWifi(drawer);
  });
}

/**
 * @param {HTMLDialogElement} drawer
 * @param {string} part
 */
async function open(drawer, part) {
  shelf(drawer)?.replaceChildren();
  drawer.showModal();
  const place = part && document.getElementById(`settings-${part}`);
  if (place) {
    place.scrollIntoView({ block: "start" });
    place.querySelector("input")?.focus();
  }
  await listSessions(drawer);
}

/**
 * Open the wall in a window of this machine. The window is opened at once, while the browser still knows that the user
 * asked for it, and led to the wall when the ticket has come. Without this script the button opens the wall as it is.
 *
 * @param {HTMLDialogElement} drawer
 * @param {MouseEvent} press
 */
async function openWall(drawer, press) {
  press.preventDefault();
  const place = drawer.open ? shelf(drawer) : undefined;
  const wall = window.open("", WALL_WINDOW, "popup,width=1280,height=720");
  if (!wall) {
    tell(say("wall-blocked"), "caution", place);
    return;
  }
  const answer = await call("POST", "/api/v1/pairings", { role: "wall" });
  if (!answer.ok) {
    wall.close();
    tellRefusal(answer, place);
    return;
  }
  wall.location.href = String(answer.data.local_url);
  wall.focus();
}

/**
 * @param {HTMLDialogElement} drawer
 * @param {string} role
 */
async function showPairing(drawer, role) {
  hidePairings(drawer);
  const place = drawer.querySelector(`[data-pairing="${role}"]`);
  const before = new Set((await sessions()).map((session) => session.id));
  const answer = await call("POST", "/api/v1/pairings", { role });
  if (!answer.ok) {
    tellRefusal(answer, shelf(drawer));
    return;
  }
  const form = template("pairing-form");
  form.querySelector("[data-pairing-image]")?.setAttribute("src", pictureOf(String(answer.data.qr)));
  form.querySelector("[data-pairing-open]")?.setAttribute("href", String(answer.data.local_url));
  put(form, "[data-pairing-link]", String(answer.data.url));
  if (place instanceof HTMLElement) {
    place.replaceChildren(form);
    place.hidden = false;
    place.scrollIntoView({ block: "nearest" });
  }
  watch(drawer, role, before, performance.now() + GOOD_MS);
}

/**
 * Take the code away once somebody has come in with it, or when it is too old.
 *
 * @param {HTMLDialogElement} drawer
 * @param {string} role
 * @param {Set<string>} before who was in when the code was made
 * @param {number} until
 */
function watch(drawer, role, before, until) {
  watching = setTimeout(async () => {
    const now = await sessions();
    if (!drawer.open) return;
    if (now.some((session) => session.role === role && !before.has(session.id))) {
      hidePairings(drawer);
      showSessions(drawer, now);
      tell(say(`paired-${role}`), "positive", shelf(drawer));
    } else if (performance.now() > until) hidePairings(drawer);
    else watch(drawer, role, before, until);
  }, LOOK_MS);
}

/** @param {HTMLDialogElement} drawer */
function hidePairings(drawer) {
  clearTimeout(watching);
  for (const place of drawer.querySelectorAll("[data-pairing]")) {
    if (place instanceof HTMLElement) place.hidden = true;
    place.replaceChildren();
  }
}

/**
 * An SVG as an image: shown, and never run.
 *
 * @param {string} svg
 */
function pictureOf(svg) {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** @param {HTMLDialogElement} drawer */
async function saveWifi(drawer) {
  const fields = wifiFields(drawer);
  const answer = await call("PUT", "/api/v1/wifi", { ssid: fields.ssid.value.trim(), password: fields.password.value });
  for (const field of Object.values(fields)) field.setAttribute("aria-invalid", String(!answer.ok));
  if (!answer.ok) tellRefusal(answer, wifiShelf(drawer));
  else if (answer.data.code) tell(say("wifi-saved"), "positive", wifiShelf(drawer));
  else tell(say("wifi-as-text"), "caution", wifiShelf(drawer));
}

/** @param {HTMLDialogElement} drawer */
async function removeWifi(drawer) {
  const answer = await call("PUT", "/api/v1/wifi", { ssid: "", password: "" });
  if (!answer.ok) {
    tellRefusal(answer, wifiShelf(drawer));
    return;
  }
  for (const field of Object.values(wifiFields(drawer))) {
    field.value = "";
    field.setAttribute("aria-invalid", "false");
  }
  tell(say("wifi-removed"), "positive", wifiShelf(drawer));
}

/** @param {HTMLDialogElement} drawer */
function wifiFields(drawer) {
  return {
    ssid: /** @type {HTMLInputElement} */ (drawer.querySelector("#wifi-name")),
    password: /** @type {HTMLInputElement} */ (drawer.querySelector("#wifi-password")),
  };
}

/** @param {HTMLDialogElement} drawer */
async function listSessions(drawer) {
  showSessions(drawer, await sessions());
}

/**
 * Who is let in; nobody is named when the server cannot say.
 *
 * @returns {Promise<Session[]>}
 */
async function sessions() {
  const answer = await call("GET", "/api/v1/sessions");
  return answer.ok ? answer.data.sessions : [];
}

/**
 * @param {HTMLDialogElement} drawer
 * @param {Session[]} known
 */
function showSessions(drawer, known) {
  if (known.length === 0) return;
  drawer.querySelector("[data-sessions]")?.replaceChildren(...known.map((session) => lineOf(session, drawer)));
}

/** @typedef {{ id: string, role: string, label: string, started_at: string, own: boolean }} Session */

/**
 * @param {Session} session
 * @param {HTMLDialogElement} drawer
 */
function lineOf(session, drawer) {
  const line = template("session-form");
  const role = template("session-words").querySelector(`[data-role-name="${session.own ? "here" : session.role}"]`);
  put(line, "[data-session-role]", role?.textContent ?? session.role);
  put(line, "[data-session-since]", [session.label, written(session.started_at)].filter(Boolean).join(" · "));
  const button = line.querySelector("[data-revoke]");
  if (session.own) button?.remove();
  button?.addEventListener("click", () => void revoke(session.id, drawer));
  return line;
}

/**
 * @param {string} id
 * @param {HTMLDialogElement} drawer
 */
async function revoke(id, drawer) {
  const answer = await call("POST", `/api/v1/sessions/${encodeURIComponent(id)}/revoke`, {});
  if (!answer.ok) tellRefusal(answer, shelf(drawer));
  await listSessions(drawer);
}

/** @param {HTMLDialogElement} drawer */
async function logOut(drawer) {
  const answer = await call("POST", "/api/v1/sessions/end", {});
  if (answer.ok) location.assign("/facilitator");
  else tellRefusal(answer, shelf(drawer));
}

/** @param {string} moment */
function written(moment) {
  const when = new Date(moment);
  if (Number.isNaN(when.getTime())) return "";
  // As the server writes dates: in Europe's English.
  const lang = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  return new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" }).format(when);
}

/**
 * What is said of the Wi-Fi stands above its fields and covers none.
 *
 * @param {HTMLDialogElement} drawer
 */
function wifiShelf(drawer) {
  const place = drawer.querySelector("[data-wifi-notices]");
  place?.scrollIntoView({ block: "center" });
  return place;
}

/** @param {HTMLDialogElement} drawer */
function shelf(drawer) {
  return drawer.querySelector("[data-drawer-notices]");
}
