import js from "@eslint/js";
import globals from "globals";

const BUILT_HTML = "Show server-rendered partials or set textContent; never build HTML from strings.";

/** Assignments and calls that would turn a string made here into HTML. */
const noBuiltHtml = [
  {
    selector: "AssignmentExpression[left.property.name=/^(inner|outer)HTML$/] > :matches(TemplateLiteral, BinaryExpression).right",
    message: BUILT_HTML,
  },
  {
    selector: "CallExpression[callee.property.name='insertAdjacentHTML'] > :matches(TemplateLiteral, BinaryExpression).arguments",
    message: BUILT_HTML,
  },
  {
    selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value=/^(style|on)/]",
    message: "The content security policy forbids inline styles and handlers.",
  },
  {
    selector: "CallExpression[callee.object.name='document'][callee.property.name=/^write/]",
    message: BUILT_HTML,
  },
];

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
      "no-restricted-properties": ["error", ...needsSecureContext],
      "no-restricted-syntax": ["error", ...noBuiltHtml],
    },
  },
  {
    files: ["scripts/**/*.{js,mjs}", "tests/**/*.{js,mjs}", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.node },
    rules: { ...house, "no-console": "off" },
  },
];
