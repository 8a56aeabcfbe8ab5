/**
 * The wall has no controls. Whoever stands at its keyboard has a few keys: f full screen, t the result as a table,
 * + and − the size of the type, d dark or light, p hold the pages, arrows turn them.
 */

const SMALLEST = -1;
const LARGEST = 3;
const KEPT = { theme: "wall-theme", zoom: "wall-zoom" };
/** What was asked for; how much of it a picture has room for is fit.js's to find. */
let asked = kept(KEPT.zoom);

/**
 * @typedef {object} Acts
 * @property {() => void} changed the type or the table changed, so the picture must be fitted again
 * @property {(step: number) => void} turn
 * @property {() => void} pause
 */

/**
 * Listen to the keys, and set what was chosen last time.
 *
 * @param {Acts} acts
 */
export function listen(acts) {
  const root = document.documentElement;
  const theme = kept(KEPT.theme);
  if (theme) root.dataset.theme = theme;

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actOf(event.key, root, acts);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/**
 * @param {string} key
 * @param {HTMLElement} root
 * @param {Acts} acts
 * @returns {(() => void) | null}
 */
function actOf(key, root, acts) {
  switch (key) {
    case "f":
    case "F":
      return fullScreen;
    case "t":
    case "T":
      return () => {
        root.toggleAttribute("data-table");
        acts.changed();
      };
    case "+":
    case "=":
      return () => setZoom(1, acts);
    case "-":
    case "−":
      return () => setZoom(-1, acts);
    case "0":
      return () => setZoom(0, acts);
    case "d":
    case "D":
      return () => changeTheme(root);
    case "p":
    case "P":
      return acts.pause;
    case "ArrowRight":
    case "PageDown":
      return () => acts.turn(1);
    case "ArrowLeft":
    case "PageUp":
      return () => acts.turn(-1);
    default:
      return null;
  }
}

function fullScreen() {
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  change.catch(() => undefined);
}

/** How many steps larger the type was asked for; below 0, smaller. */
export function zoom() {
  return Number(asked ?? 0);
}

/**
 * @param {number} step 0 goes back to the usual size
 * @param {Acts} acts
 */
function setZoom(step, acts) {
  const next = step === 0 ? 0 : zoom() + step;
  asked = String(Math.min(LARGEST, Math.max(SMALLEST, next)));
  keep(KEPT.zoom, asked);
  acts.changed();
}

/** @param {HTMLElement} root */
function changeTheme(root) {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  keep(KEPT.theme, root.dataset.theme);
}

/**
 * What this browser remembers; nothing where it may not.
 *
 * @param {string} name
 */
function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing shows the same picture, only not as it was set last time.
  }
}
