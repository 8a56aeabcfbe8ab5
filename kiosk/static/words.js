/** Words on the page. */

/**
 * Write where the page has a place for it. The same words are left alone, so that nobody hears them twice.
 *
 * @param {ParentNode} page
 * @param {string} selector
 * @param {string} words
 */
export function put(page, selector, words) {
  const place = page.querySelector(selector);
  if (place && place.textContent !== words) place.textContent = words;
}

/**
 * What an element says, as one line.
 *
 * @param {Element | null} element
 */
export function plain(element) {
  return element?.textContent?.trim().replace(/\s+/g, " ") ?? "";
}
