/**
 * Makes a picture fit the wall: the style sheet has steps of smaller type, and this picks the first that fits.
 * Type never goes below what can be read from the back row; that floor is the style sheet's.
 */

/** What is set in columns that run on sideways. */
export const PAGES = "[data-pages], .outcome .quotes";

const LAST_STEP = 9;
/** What can turn pages does so before its type gets small; a picture may say at which step … */
const LAST_STEP_OF_PAGES = 3;
/** … and then has room for comfortable type. */
const PAGED_STEP = 1;
/** Rounding of sizes to whole pixels is no overflow. */
const SLACK_PX = 2;

/**
 * Set the type of a picture as large as it can be.
 *
 * @param {HTMLElement} wall
 */
export function fit(wall) {
  const paged = wall.querySelector(PAGES);
  const last = paged ? Number(paged.getAttribute("data-pages") ?? LAST_STEP_OF_PAGES) : LAST_STEP;
  for (let step = 0; step <= last; step += 1) {
    wall.dataset.fit = String(step);
    if (!overflows(wall)) return;
  }
  if (paged) wall.dataset.fit = String(PAGED_STEP);
}

/**
 * @param {HTMLElement} wall
 * @returns {boolean}
 */
function overflows(wall) {
  // A tight line height makes every heading a little taller inside than outside, so only its width tells.
  return (
    [...wall.querySelectorAll(".wall-head > h1")].some(isTooWide) ||
    [...wall.querySelectorAll(`[data-fits], .outcome .bars, .outcome .result-table, ${PAGES}`)].some(
      (part) => part.clientHeight > SLACK_PX && (isTooWide(part) || isTooTall(part)),
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
