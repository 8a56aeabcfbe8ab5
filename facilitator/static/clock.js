/** Counts how long a round has been open, by the server's clock: a tablet's own may be minutes off. */

const TICK_MS = 1000;

/** How far the server's clock is ahead of this one. Every picture says a time a little past, so the greatest is right. */
let ahead = -Infinity;
let isStopped = false;

/**
 * Learn the server's time from a picture.
 *
 * @param {Element | null} picture
 */
export function readClock(picture) {
  const now = Date.parse(picture?.getAttribute("data-now") ?? "");
  if (!Number.isNaN(now)) ahead = Math.max(ahead, now - Date.now());
  tick();
}

/**
 * Stop counting while the server is away: nobody knows whether the round is still open.
 *
 * @param {boolean} isAway
 */
export function stopClock(isAway) {
  isStopped = isAway;
  tick();
}

/** Start counting. */
export function startClock() {
  tick();
  setInterval(tick, TICK_MS);
}

function tick() {
  if (isStopped) return;
  for (const element of document.querySelectorAll("[data-since]")) {
    const since = Date.parse(element.getAttribute("data-since") ?? "");
    if (!Number.isNaN(since) && Number.isFinite(ahead)) element.textContent = written(Date.now() + ahead - since);
  }
}

/** @param {number} span in milliseconds */
function written(span) {
  const seconds = Math.max(0, Math.floor(span / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
