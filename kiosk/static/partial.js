/** The one place where HTML that the server has rendered becomes part of a page; eslint forbids it everywhere else. */

/**
 * A server-rendered partial as nodes.
 *
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function partial(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}
