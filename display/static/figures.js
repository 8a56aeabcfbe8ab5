/** Figures that change in place: a number counts up gently, the ring grows with it. */

const COUNT_MS = 500;

/** @type {WeakMap<Element, number>} */
const shown = new WeakMap();

/** Whether the person at this machine asked for less motion. */
export function isCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * A round's progress: how many have answered, of how many.
 *
 * @param {ParentNode} wall
 * @param {{ round: string, answered: number, connected: number }} tally
 */
export function showTally(wall, { round, answered, connected }) {
  const id = CSS.escape(round);
  for (const element of wall.querySelectorAll(`[data-answered="${id}"]`)) count(element, answered);
  for (const element of wall.querySelectorAll(`[data-connected="${id}"]`)) count(element, connected);
  for (const ring of wall.querySelectorAll(`[data-ring="${id}"]`)) {
    const share = connected > 0 ? Math.min(100, (100 * answered) / connected) : 0;
    // A whole ring has no dash: where one begins and ends, a hair of the track would show.
    ring.setAttribute("stroke-dasharray", share < 100 ? `${share.toFixed(1)} 100` : "none");
  }
}

/**
 * How many are connected now.
 *
 * @param {ParentNode} wall
 * @param {number} connected
 */
export function showPresence(wall, connected) {
  for (const element of wall.querySelectorAll("[data-presence]")) count(element, connected);
}

/**
 * Let a number go to its new value.
 *
 * @param {Element} element
 * @param {number} to
 */
function count(element, to) {
  const from = shown.get(element) ?? read(element);
  shown.set(element, to);
  if (from === to) return;
  if (isCalm() || document.hidden) {
    write(element, to);
    return;
  }
  const start = performance.now();
  /** @param {number} now */
  const step = (now) => {
    if (shown.get(element) !== to || !element.isConnected) return;
    const part = Math.min(1, Math.max(0, (now - start) / COUNT_MS));
    write(element, Math.round(from + (to - from) * (1 - (1 - part) ** 3)));
    if (part < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/** @param {Element} element */
function read(element) {
  return Number(element.getAttribute("data-value") ?? 0);
}

/**
 * @param {Element} element
 * @param {number} value
 */
function write(element, value) {
  element.setAttribute("data-value", String(value));
  element.setAttribute("data-digits", String(value).length.toString());
  element.textContent = new Intl.NumberFormat(document.documentElement.lang).format(value);
}
