import js from "@eslint/js";
import globals from "globals";

/** The one module that makes HTML of a string, which the server has rendered; all else is textContent and templates. */
const PARTIAL = "kiosk/static/partial.js";
const madeIntoHtml = [
  { property: "createContextualFragment" },
  { property: "innerHTML" },
  { property: "insertAdjacentHTML" },
  { property: "outerHTML" },
  { property: "parseFromString" },
  { property: "parseHTMLUnsafe" },
  { property: "setHTMLUnsafe" },
  { property: "srcdoc" },
  { object: "document", property: "write" },
  { object: "document", property: "writeln" },
].map((what) => ({ ...what, message: `Show a partial of the server (${PARTIAL}) or set textContent` }));

/** The content security policy forbids inline styles and handlers. */
const noInlineCode = {
  selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value=/^(style|on|srcdoc)/]",
  message: "The content security policy forbids it",
};

/** Browsers switch these off on plain HTTP, which is what phones in the room have. */
const needsSecureContext = [
  ["crypto", "randomUUID"],
  ["crypto", "subtle"],
  ["navigator", "clipboard"],
  ["navigator", "locks"],
  ["navigator", "serviceWorker"],
  ["navigator", "wakeLock"],
].map(([object, property]) => ({ object, property, message: "Not there on plain HTTP." }));

const house = {
  "array-callback-return": "error",
  "curly": ["error", "multi-line"],
  "default-case-last": "error",
  "eqeqeq": ["error", "always", { null: "ignore" }],
  "no-alert": "error",
  "no-console": "error",
  "no-else-return": "error",
  "no-eval": "error",
  "no-implicit-coercion": ["error", { boolean: false }],
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-param-reassign": "error",
  "no-return-assign": "error",
  "no-shadow": "error",
  "no-throw-literal": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
  "no-useless-return": "error",
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": "error",
  "prefer-template": "error",
  "strict": ["error", "never"],
};

export default [
  { ignores: ["node_modules/", ".venv/", "build/", "data/", "test-results/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["{kiosk,facilitator,display}/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
    rules: {
      ...house,
      "no-restricted-properties": ["error", ...needsSecureContext, ...madeIntoHtml],
      "no-restricted-syntax": ["error", noInlineCode],
    },
  },
  { files: [PARTIAL], rules: { "no-restricted-properties": ["error", ...needsSecureContext] } },
  {
    files: ["scripts/**/*.{js,mjs}", "tests/**/*.{js,mjs}", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.node },
    rules: { ...house, "no-console": "off" },
  },
];
