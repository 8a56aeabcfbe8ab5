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

/**
 * Set the type of a picture as large as it can be.
 *
 * @param {HTMLElement} wall
 */
export function fit(wall) {
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
    [...wall.querySelectorAll(`[data-fits], .outcome .bars, html[data-table] .result-table, ${PAGES}`)].some(
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
