// The records page with script, in four pieces that are served as one and share one scope (web/scripts.py): words.js what
// is said, folder.js one file of a folder, send.js carries the bytes, page.js what the person chooses, sees and hears.
const $ = (id) => document.getElementById(id);
const form = $("records-form");

const words = JSON.parse($("records-words").dataset.words);
const [list, live, total, left] = [$("records-list"), $("records-live"), $("records-total"), $("records-left")];
const [input, folder] = [$("files"), $("folder")];
const [SPOT, QUICK] = [32768, 1000];
const uploads = [];

const lang = document.documentElement.lang;
const digits = `${lang}-u-nu-latn`;
const plural = new Intl.PluralRules(lang);
const percent = new Intl.NumberFormat(digits, { style: "percent" });
const apart = (text) => `\u2068${text}\u2069`;
// A sentence; one with a number is given in the forms of the language, and the fitting one is taken. Names and sizes are
// kept apart, so that they cannot turn a sentence that is read from right to left.
const fill = (text, values) => (text.other ? text[plural.select(values.count)] || text.other : text)
  .replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "string" ? apart(values[name]) : values[name]));
const size = (bytes) => {
  const [step, unit] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  const most = { maximumFractionDigits: step > 1e3 && bytes < 10 * step ? 1 : 0 };
  return `${(bytes / step).toLocaleString(digits, most)} ${unit}`;
};

// One voice for all files: what comes together is said together, and never every percent.
const unsaid = [];
const say = (text) => {
  if (unsaid.push(text) < 2) setTimeout(() => { live.textContent = unsaid.splice(0).join(" "); }, 300);
};
