/** Calls of the JSON API, from this window's own origin. A refusal is an answer like any other. */

/**
 * @typedef {{ ok: true, data: any }} Done
 * @typedef {{ ok: false, code: string, detail: string }} Refused `detail` is a sentence for the person, or empty
 */

/** The code of a call that never reached the server. */
export const UNREACHABLE = "unreachable";

/**
 * Call the API.
 *
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<Done | Refused>}
 */
export async function call(method, url, body) {
  try {
    const response = await fetch(url, {
      method,
      headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const data = await read(response);
    if (response.ok) return { ok: true, data };
    return { ok: false, code: String(data?.code ?? response.status), detail: String(data?.detail ?? "") };
  } catch {
    return { ok: false, code: UNREACHABLE, detail: "" };
  }
}

/** @param {Response} response */
async function read(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
