/** Looks at an item of the agenda without showing it to the hall, in place of the current one. */

import { UNREACHABLE } from "../kiosk/api.js";
import { partial } from "../kiosk/partial.js";
import { tellRefusal } from "./notices.js";

export class Look {
  /** @type {string | null} */
  #item = null;
  #meeting;

  /** @param {string} meeting its id */
  constructor(meeting) {
    this.#meeting = meeting;
    document.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const line = target?.closest("[data-look-at]");
      if (line instanceof HTMLElement) void this.at(line.dataset.lookAt ?? null);
      else if (target?.closest("[data-look-end]")) this.end();
    });
  }

  get isOn() {
    return this.#item !== null;
  }

  /**
   * Look at an item; at the current one, which is to stop looking.
   *
   * @param {string | null} item
   */
  async at(item) {
    const line = item ? lineOf(item) : null;
    if (!line || line.getAttribute("aria-current")) {
      this.end();
      return;
    }
    this.#item = item;
    if (await this.#fetch()) document.querySelector("[data-look-title]")?.scrollIntoView({ block: "nearest" });
  }

  /** Look one item further back than the one looked at, or than the current one. */
  back() {
    const lines = [...document.querySelectorAll("[data-look-at]")];
    const at = lines.findIndex((line) =>
      this.#item ? line.getAttribute("data-look-at") === this.#item : line.hasAttribute("aria-current"),
    );
    const before = lines[at - 1];
    if (before) void this.at(before.getAttribute("data-look-at"));
  }

  /** Back to what the hall sees. */
  end() {
    this.#item = null;
    this.#show(null);
  }

  /** The picture is new: what is looked at stays in view while its newer state is asked for. */
  again() {
    if (!this.#item) return;
    const line = lineOf(this.#item);
    if (!line || line.getAttribute("aria-current")) this.end();
    else void this.#fetch();
  }

  async #fetch() {
    const item = this.#item;
    const url = `/facilitator/meetings/${encodeURIComponent(this.#meeting)}/items/${encodeURIComponent(item ?? "")}`;
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(String(response.status));
      const nodes = partial(await response.text()).childNodes;
      if (this.#item !== item) return false;
      this.#show([...nodes]);
      return true;
    } catch {
      if (this.#item === item) this.end();
      tellRefusal({ ok: false, code: UNREACHABLE, detail: "" });
      return false;
    }
  }

  /** @param {Node[] | null} nodes */
  #show(nodes) {
    const place = document.querySelector("[data-look]");
    const picture = place?.closest("[data-live]");
    if (!(place instanceof HTMLElement) || !picture) return;
    place.hidden = nodes === null;
    place.replaceChildren(...(nodes ?? []));
    picture.toggleAttribute("data-looking", nodes !== null);
    for (const line of picture.querySelectorAll("[data-look-at]")) {
      line.toggleAttribute("data-looked-at", line.getAttribute("data-look-at") === this.#item);
    }
  }
}

/** @param {string} item */
function lineOf(item) {
  return document.querySelector(`[data-look-at="${CSS.escape(item)}"]`);
}
