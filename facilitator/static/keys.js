/** The keyboard, and the presenter's clicker, which is one. */

/**
 * @typedef {object} Keys what each key means; none of them is asked while the user writes or answers a dialog
 * @property {() => void} primary
 * @property {() => void} earlier
 * @property {() => void} blank
 * @property {() => void} join
 * @property {() => void} hide
 * @property {() => void} help
 * @property {() => void} escape
 */

/**
 * Listen to the keyboard.
 *
 * @param {Keys} keys
 */
export function listenToKeys(keys) {
  document.addEventListener("keydown", (event) => {
    const meaning = meaningOf(event);
    if (!meaning) return;
    event.preventDefault();
    if (!event.repeat) keys[meaning]();
  });
}

/**
 * @param {KeyboardEvent} event
 * @returns {keyof Keys | null}
 */
function meaningOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return null;
  if (document.querySelector("dialog[open]")) return null;
  switch (event.key) {
    case " ":
      // Whoever moves with the tab key means the button that has the focus.
      return isPressable(event.target) ? null : "primary";
    case "ArrowRight":
    case "PageDown":
      return "primary";
    case "ArrowLeft":
    case "PageUp":
      return "earlier";
    case "b":
    case "B":
    case ".":
      return "blank";
    case "j":
    case "J":
      return "join";
    case "h":
    case "H":
      return "hide";
    case "?":
      return "help";
    case "Escape":
      return "escape";
    default:
      return null;
  }
}

/** @param {EventTarget | null} target */
function isWriting(target) {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** @param {EventTarget | null} target */
function isPressable(target) {
  return target instanceof HTMLElement && target.closest("button, a[href], summary, [role=button]") !== null;
}
