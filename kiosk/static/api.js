/** Calls of the JSON API, from this window's own origin. A refusal is an answer like any other. */

/**
 * @typedef {{ ok: true, status: number, data: any }} Done
 * @typedef {{ ok: false, code: string, detail: string }} Refused `detail` is a sentence for the person, or empty
 */

/** The code of a call that was not answered: it never reached the server, or the network went meanwhile. */
export const UNREACHABLE = "unreachable";

/** For so long an answer is waited for. Sealing a large meeting takes some seconds. */
const PATIENCE_MS = 20_000;

/**
 * Call the API.
 *
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<Done | Refused>}
 */
export async function call(method, url, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method,
      signal: patience.signal,
      headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const data = await read(response);
    if (response.ok) return { ok: true, status: response.status, data };
    return { ok: false, code: String(data?.code ?? response.status), detail: String(data?.detail ?? "") };
  } catch {
    return { ok: false, code: UNREACHABLE, detail: "" };
  } finally {
    clearTimeout(timer);
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
