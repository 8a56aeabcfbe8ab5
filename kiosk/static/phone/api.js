/** The two HTTP calls of a phone, and what a refusal looks like. */

const PATIENCE_MS = 8_000;
/** Refusals that say "not now": the answer stays in the outbox. */
const NOT_NOW = new Set(["too_fast", "not_saving", "trouble", "not_joined", "form_expired", "full", "too_many"]);

/** A refusal by the server, with its code and the sentence to show. */
export class Refused extends Error {
  /**
   * @param {string} code
   * @param {string} [detail]
   */
  constructor(code, detail) {
    super(code);
    this.code = code;
    this.detail = detail;
  }

  get isForNow() {
    return NOT_NOW.has(this.code);
  }
}

/**
 * @param {string} path
 * @param {unknown} message
 * @returns {Promise<any>} the answer; rejects with Refused, or with anything else when nobody answered
 */
export async function post(path, message) {
  const response = await ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(message),
  });
  return await said(response);
}

/**
 * The state, unless it is the one known by its ETag (then null).
 * @param {string} etag
 * @returns {Promise<{state: any, etag: string} | null>}
 */
export async function getState(etag) {
  const response = await ask("/api/v1/state", { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
  if (response.status === 304) return null;
  return { state: await said(response), etag: response.headers.get("ETag") ?? "" };
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function ask(path, options) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await fetch(path, { ...options, credentials: "same-origin", signal: patience.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} response */
async function said(response) {
  const body = await response.json();
  if (response.ok) return body;
  throw new Refused(response.status >= 500 ? "trouble" : String(body.code), body.detail);
}
