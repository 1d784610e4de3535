/* The search over all pages of one language. It finds words however they are typed: without accents, without Arabic
   marks, in capitals, in the plural, or only begun. The index stays on this origin; what is typed never leaves. */

const LETTERS = { "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe" };
const DIGITS = /[٠-٩۰-۹]/g;
const MOST = 20;
const MOST_OF_ONE_PAGE = 3;

/* The same folding for what is written and for what is typed. */
export function fold(text) {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\p{M}\u0640\u00ad]/gu, "")
    .replace(/[ٱىیةکßøłđıæœ]/g, (letter) => LETTERS[letter])
    .replace(DIGITS, (digit) => String(digit.charCodeAt(0) & 15));
}

/* The words of a text, folded; Arabic words without "and" and "the" in front. */
export function words(text) {
  const found = fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  return found.map((word) => word.replace(/^[وفبك]?ال(?=.{3})|^لل(?=.{3})/u, ""));
}

/* A word without its commonest endings, so that one record finds many records. */
function stem(word) {
  const cut = word.replace(/(ies|es|s|y|ing|ed|ات|ين|ون|ه)$/u, "");
  return cut.length > 2 ? cut : word;
}

/* How well a term is met by folded words: wholly, as a beginning, by its stem, or not at all. */
function met(term, folded) {
  const close = stem(term);
  let best = 0;
  let times = 0;
  for (const word of folded) {
    const how = word === term ? 3 : word.startsWith(term) ? 2 : word.startsWith(close) ? 1 : 0;
    if (how) times += 1;
    best = Math.max(best, how);
  }
  return best ? best + Math.min(times, 4) / 4 : 0;
}

function score(part, terms) {
  let sum = 0;
  let missing = 0;
  for (const term of terms) {
    const here = 6 * met(term, part.titleWords) + 2 * met(term, part.pageWords) + met(term, part.textWords);
    sum += here;
    missing += here ? 0 : 1;
  }
  return missing === terms.length ? 0 : sum / 8 ** missing;
}

/* The best places for what was typed, best first. */
export function find(parts, typed) {
  const terms = [...new Set(words(typed))].filter((term) => term.length > 1 || /\p{N}|\p{Lo}/u.test(term));
  if (!terms.length) return { terms, places: [] };
  const ranked = parts
    .map((part) => ({ part, score: score(part, terms) }))
    .filter((each) => each.score)
    .sort((one, other) => other.score - one.score);
  const shown = {};
  const said = new Set();
  // Pages share some of their lists: the same words are shown once.
  const fresh = ({ part }) => !said.has(part.text) && said.add(part.text);
  const enough = ({ part }) => (shown[part.page] = (shown[part.page] ?? 0) + 1) <= MOST_OF_ONE_PAGE;
  const all = ranked.length ? ranked[0].score / 20 : 0;
  const places = ranked.filter((each) => each.score > all).filter(fresh).filter(enough).slice(0, MOST);
  return { terms, places: places.map((each) => each.part) };
}

/* What the build wrote ([[address, page, title, text], …]), made ready to be searched. */
export function prepare(written) {
  return written.map(([address, page, title, text]) => ({
    address, page, title, text,
    titleWords: words(title), pageWords: words(page), textWords: words(text),
  }));
}

// -- What is seen ---------------------------------------------------------------------------------------------------

let dialog;
let loading;

/* Fetch the index, once, and answer from then on to what is typed into the dialog. */
export function load(opened) {
  if (loading) return;
  dialog = opened;
  const field = dialog.querySelector("input");
  const state = dialog.querySelector("[role=status]");
  state.textContent = dialog.dataset.wait;
  loading = fetch(dialog.dataset.index)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((written) => {
      const parts = prepare(written);
      field.addEventListener("input", () => show(find(parts, field.value), field.value));
      field.addEventListener("keydown", (event) => choose(event, field, parts));
      show(find(parts, field.value), field.value);
    })
    .catch(() => {
      loading = undefined;
      state.textContent = dialog.dataset.broken;
    });
}

/* Enter shows what was found; it does not close the search, as it would by itself in a form of this kind. */
function choose(event, field, parts) {
  if (event.key !== "Enter") return;
  event.preventDefault();
  show(find(parts, field.value), field.value);
  dialog.querySelector(".search__found a")?.focus();
}

function show({ terms, places }, typed) {
  const list = dialog.querySelector(".search__found");
  list.replaceChildren(...places.map((place) => entry(place, terms)));
  const told = places.length ? `${dialog.dataset.found} ${places.length}` : dialog.dataset.none;
  dialog.querySelector("[role=status]").textContent = typed.trim() ? told : "";
}

function entry(place, terms) {
  const link = document.createElement("a");
  const there = new URL(dialog.dataset.home + place.address, document.baseURI);
  const via = new URLSearchParams(location.search).get("via");
  if (via) there.searchParams.set("via", via);
  link.href = there;
  const title = document.createElement("strong");
  title.textContent = place.title;
  link.append(title);
  if (place.title !== place.page) {
    const where = document.createElement("span");
    where.className = "search__where";
    where.textContent = ` · ${place.page}`;
    link.append(where);
  }
  link.addEventListener("click", () => dialog.close());
  const item = document.createElement("li");
  item.append(link, excerpt(place.text, terms));
  return item;
}

/* The words around the first that was met, with those that were met marked. */
function excerpt(text, terms) {
  const written = text.split(" ");
  const hit = (word) => words(word).some((each) => terms.some((term) => each.startsWith(stem(term))));
  const first = Math.max(0, written.findIndex(hit) - 6);
  const paragraph = document.createElement("p");
  if (first) paragraph.append("… ");
  for (const word of written.slice(first, first + 28)) {
    const mark = hit(word) ? document.createElement("mark") : null;
    if (mark) mark.textContent = word;
    paragraph.append(mark ?? word, " ");
  }
  if (first + 28 < written.length) paragraph.append("…");
  return paragraph;
}
