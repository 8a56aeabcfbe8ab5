/** What the browser keeps for us: JSON in localStorage or sessionStorage, and in the page's own memory where it refuses. */

/** A small named drawer. Tabs share the lasting ones. */
export class Drawer {
  #name;
  #session;
  /** @type {string | null} */
  #fallback = null;

  /**
   * @param {string} name
   * @param {{session?: boolean}} [options]
   */
  constructor(name, { session = false } = {}) {
    this.#name = `kiosk:${name}`;
    this.#session = session;
  }

  /**
   * @template T
   * @param {T} otherwise
   * @returns {T}
   */
  read(otherwise) {
    try {
      const text = this.#storage().getItem(this.#name) ?? this.#fallback;
      return text ? JSON.parse(text) : otherwise;
    } catch {
      return this.#fallback ? JSON.parse(this.#fallback) : otherwise;
    }
  }

  /** @param {unknown} value */
  write(value) {
    const text = JSON.stringify(value);
    try {
      this.#storage().setItem(this.#name, text);
      this.#fallback = null;
    } catch {
      this.#fallback = text;
    }
  }

  /**
   * Whether a storage event speaks of this drawer.
   * @param {StorageEvent} event
   */
  isIn(event) {
    return event.key === this.#name;
  }

  #storage() {
    return this.#session ? sessionStorage : localStorage;
  }
}

/** The small window that phones open by themselves on a new Wi-Fi forgets everything: no answer may begin there. */
export function forgetsEverything() {
  try {
    localStorage.setItem("kiosk:probe", "1");
    localStorage.removeItem("kiosk:probe");
    return /CaptiveNetworkSupport/i.test(navigator.userAgent);
  } catch {
    return true;
  }
}
