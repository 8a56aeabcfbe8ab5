/**
 * Makes a picture fit the wall: the style sheet has steps of smaller type, and this picks the first that fits.
 * Type never goes below what can be read from the back row; that floor is the style sheet's.
 */

/** What is set in columns that run on sideways, and can turn pages. */
export const PAGES = "[data-pages], .outcome .quotes";

const LAST_STEP = 9;
/** What can turn pages does so before its type gets small; a picture may say at which step. */
const LAST_STEP_OF_PAGES = 3;
/** A page then has room for comfortable type. */
const FIRST_STEP_OF_PAGES = 1;
/** Rounding of sizes to whole pixels is no overflow. */
const SLACK_PX = 2;
/** What is read first; larger type must not come out of its share. */
const READ_FIRST = ".wall-head > h1, .result-headline, .bar-label, .options > li, .groups-share, .quote";

/**
 * Set the type of a picture as large as it can be. Where the person at the projector asked for larger type, as
 * much of that as leaves nothing smaller than it usually is: else what stands around the picture would grow and
 * the picture shrink.
 *
 * @param {HTMLElement} wall
 * @param {number} zoom steps of larger type that were asked for; below 0, of smaller
 */
export function fit(wall, zoom) {
  setZoom(Math.min(zoom, 0));
  fitOnce(wall);
  if (zoom <= 0) return;
  const usual = sizes(wall);
  for (let step = zoom; step >= 0; step -= 1) {
    setZoom(step);
    fitOnce(wall);
    if (sizes(wall).every((size, place) => size >= (usual[place] ?? 0))) return;
  }
}

/** @param {number} step */
function setZoom(step) {
  document.documentElement.dataset.zoom = String(step);
}

/**
 * @param {HTMLElement} wall
 * @returns {number[]}
 */
function sizes(wall) {
  return [...wall.querySelectorAll(READ_FIRST)].map((part) => Number.parseFloat(getComputedStyle(part).fontSize));
}

/** @param {HTMLElement} wall */
function fitOnce(wall) {
  const paper = wall.querySelector(PAGES);
  const last = paper ? Number(paper.getAttribute("data-pages") ?? LAST_STEP_OF_PAGES) : LAST_STEP;
  if (setFirst(wall, 0, last, () => !overflows(wall)) || !paper) return;
  setFirst(wall, FIRST_STEP_OF_PAGES, LAST_STEP, () => isWhole(paper));
}

/**
 * Try steps until one is good; the last one stays when none is.
 *
 * @param {HTMLElement} wall
 * @param {number} from
 * @param {number} to
 * @param {() => boolean} isGood
 */
function setFirst(wall, from, to, isGood) {
  for (let step = from; step <= to; step += 1) {
    wall.dataset.fit = String(step);
    if (isGood()) return true;
  }
  return false;
}

/**
 * @param {HTMLElement} wall
 * @returns {boolean}
 */
function overflows(wall) {
  // A tight line height makes every heading a little taller inside than outside, so only its width tells.
  return (
    [...wall.querySelectorAll(".wall-head > h1")].some(isTooWide) ||
    [...wall.querySelectorAll(`[data-fits], .outcome .bars, .change-picture, html[data-table] .result-table, ${PAGES}`)].some(
      (part) => isTooWide(part) || isTooTall(part),
    )
  );
}

/** @param {Element} part */
function isTooWide(part) {
  return part.scrollWidth > part.clientWidth + SLACK_PX;
}

/** @param {Element} part */
function isTooTall(part) {
  return part.scrollHeight > part.clientHeight + SLACK_PX;
}

/**
 * Whether no part of the paper is cut by the end of a column.
 *
 * @param {Element} paper
 */
function isWhole(paper) {
  return [...paper.children].every((part) => part.getClientRects().length < 2);
}
