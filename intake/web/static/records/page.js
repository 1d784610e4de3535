// What the person chooses, sees and hears; going on after a reload.

// -- What the person sees ---------------------------------------------------------------------------------------------

const among = (...states) => uploads.filter(({ state }) => states.includes(state));
const running = () => among("waiting", "sending");
const tell = (part, done, whole, text) => {
  part.querySelector("progress").value = whole && done / whole;
  part.querySelector(".progress__text").textContent = text;
};

// How long the rest will take, by the last half minute, told roughly and not oftener than every two seconds.
let trail = [];
let speed = 0;
const showLeft = (missing, sent) => {
  const now = Date.now();
  const [at, before] = trail.at(-1) || [0, 0];
  if (now - at < 2000) return;
  trail = [...(sent < before ? [] : trail.slice(-15)), [now, sent]];
  speed = trail.length < 4 ? 0 : (sent - trail[0][1]) / (now - trail[0][0]);
  const minutes = speed && missing / speed / 60000;
  const [forms, count] = minutes < 90 ? [words.minutes, minutes] : [words.hours, minutes / 60];
  left.hidden = minutes < 1.5;
  left.textContent = `${fill(forms, { count: count < 15 ? Math.round(count) : 5 * Math.round(count / 5) })} ${words.stay}`;
};

const show = (upload, text) => {
  const sent = upload.offset + upload.ahead;
  const whole = upload.file.size;
  tell(upload.row, sent, whole, text || fill(words.sending, { done: size(sent), size: size(whole) }));
  const counted = among("waiting", "sending", "arrived");
  const sum = (number) => counted.reduce((before, one) => before + number(one), 0);
  const [all, done] = [sum((one) => one.file.size), sum((one) => one.offset + one.ahead)];
  const files = fill(words.total, { done: among("arrived").length, count: counted.length });
  total.hidden = !all;
  total.querySelector("h2").hidden = !running().length;
  tell(total, done, all, `${percent.format(all && Math.floor((100 * done) / all) / 100)} – ${files}`);
  showLeft(all - done, done);
};

const end = (upload, state, text) => {
  upload.state = state;
  upload.ahead = 0;
  show(upload, text);
  if (state === "failed") {
    upload.row.classList.add("row--wrong");
    say(`${apart(upload.file.name)}: ${text}`);
  }
};

// -- Sending ----------------------------------------------------------------------------------------------------------

const fresh = async () => {
  const answer = await fetch(location.pathname).catch(() => ({}));
  return new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
};

const unfinished = ({ name, size: length }, print, page) =>
  [...page.querySelectorAll("[data-upload]")].find(({ dataset }) => Number(dataset.length) === length
    && (dataset.fingerprint && print ? dataset.fingerprint === print : dataset.name === name)
    && !running().some(({ url }) => url === dataset.upload));

const find = async ({ file, print }) => unfinished(file, print, await fresh())?.dataset.upload;

let awake;
const stayAwake = async () => {
  if (awake || !running().length || document.hidden) return;
  // A device may refuse; then it sleeps.
  try { awake = await navigator.wakeLock?.request("screen"); } catch { return; }
  awake?.addEventListener("release", () => { awake = null; });
};

// Two files at a time, so that a letter need not wait for a disc; three where the line is quick.
const work = () => {
  stayAwake();
  for (const one of among("waiting")) if (among("sending").length < (speed > QUICK ? 3 : 2)) carry(one);
  if (running().length) return;
  awake?.release();
  trail = [];
  left.hidden = true;
  looks = 0;
  lookLater();
};

const carry = async (upload) => {
  const why = await send(upload);
  // It is to be removed from this list alone.
  if (why === words.elsewhere) upload.url = upload.offset = 0;
  if (why) end(upload, "failed", why);
  else if (upload.state === "sending") {
    end(upload, "arrived", words.arrived);
    upload.row.querySelector(".row__ways").remove();
    say(running().length || among("failed").length ? fill(words.one, upload.file) : words.all);
  }
  work();
};

// -- What the check found ---------------------------------------------------------------------------------------------

// The check takes a moment. Its word replaces "we check it now", without a reload.
let looks = 0;
let later;
const unchecked = () => among("arrived").filter(({ checked }) => !checked);

const showChecked = async () => {
  const page = await fresh();
  for (const upload of unchecked()) {
    const row = page.getElementById(`record-${upload.url.split("/").pop()}`);
    if (!row || "checking" in row.dataset) continue;
    upload.checked = true;
    upload.row.replaceWith(row);
    upload.row = row;
    if ("needsYou" in row.dataset) say([...row.querySelectorAll(".row__name,.row__facts")].map((part) => part.innerText).join(". "));
  }
};

const lookLater = () => {
  clearTimeout(later);
  if (unchecked().length && looks++ < 9) later = setTimeout(async () => {
    if (!running().length) await showChecked();
    lookLater();
  }, 1000 * 2 ** looks);
};

// -- Choosing ---------------------------------------------------------------------------------------------------------

// The same file again? Its size, and a hash of it or of sixteen stretches. Not its date: phones write that anew.
const spots = (file) => Array.from({ length: 16 }, (_, n) => {
  const at = Math.max(0, Math.floor(((file.size - SPOT) * n) / 15));
  return file.slice(at, at + SPOT);
});
const fingerprint = async (file) => {
  try {
    const sample = await new Blob([file.size, ...(file.spots || spots(file))]).arrayBuffer();
    const hash = await crypto.subtle.digest("SHA-256", sample);
    return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
};

const surely = (name) => confirm(fill(words.sure, { name }));

const remove = (upload) => {
  const { file, url, row, offset } = upload;
  if (offset && !surely(file.name)) return;
  end(upload, "removed", words.removed);
  upload.xhr?.abort();
  if (url) fetch(url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
  row.remove();
  say(`${words.removed}: ${apart(file.name)}`);
  input.focus();
};

const take = async (file, asked) => {
  const { name } = file;
  const print = await fingerprint(file);
  if (running().some((one) => one.print === print && one.file.name === name)) return;
  const old = unfinished(file, print, document);
  if (asked && !old) {
    const text = fill(words.wrong, { name, wanted: asked.dataset.name });
    asked.querySelector(".progress__text").textContent = text;
    return say(text);
  }
  const other = !old && [...list.querySelectorAll("[data-upload]")].some(({ dataset }) => dataset.name === name);
  const row = $("records-row").content.cloneNode(true).firstElementChild;
  for (const part of row.querySelectorAll("bdi")) part.textContent = name;
  row.querySelector("progress").setAttribute("aria-label", name);
  // What is being sent stands first, in the order in which it was chosen: receipts of earlier files may be many.
  const last = uploads.at(-1)?.row;
  if (last?.isConnected) last.after(row);
  else list.prepend(row);
  document.querySelector("[data-empty]").hidden = true;
  const upload = { file, row, url: old?.dataset.upload, print, offset: 0, ahead: 0, state: "waiting" };
  const button = row.querySelector("button");
  button.addEventListener("click", () => remove(upload));
  if (old?.contains(document.activeElement)) button.focus();
  old?.remove();
  uploads.push(upload);
  if (!file.size) return end(upload, "failed", words.empty);
  if (file.size > form.dataset.largest) return end(upload, "failed", words.large);
  if (list.querySelector(`[data-here="${print}"]`)) return end(upload, "failed", words.here);
  show(upload, other ? words.other : words.waiting);
  if (other) say(words.other);
};

const choose = async (files, asked) => {
  // What did not work before was about files that had not come; now they come.
  if ($("wrong")) document.title = document.title.replace(/^.*?: /, "");
  $("wrong")?.remove();
  const before = running().length;
  for (const file of files) await take(file, asked);
  const count = running().length - before;
  if (count > 0) say(fill(words.begun, { count }));
  work();
};

const chosen = ({ target }, asked) => {
  const files = [...target.files];
  const whole = target.webkitdirectory && files.length;
  target.value = "";
  choose(whole ? [folderAsZip(files.map((file) => [file.webkitRelativePath, file]))] : files, asked);
};

const inside = async (entry) => {
  if (entry.isFile) return [[entry.fullPath, await new Promise((go, fail) => entry.file(go, fail))]];
  const reader = entry.createReader();
  const found = [];
  for (let some; (some = await new Promise((go, fail) => reader.readEntries(go, fail))).length;) {
    for (const each of some) found.push(...await inside(each));
  }
  return found;
};

const drop = async ({ dataTransfer: { items } }) => {
  // All must be asked for before the first wait: the list is empty after it.
  const entries = [...items].map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  const files = [];
  for (const [entry, file] of entries) {
    if (file) files.push(entry?.isDirectory ? folderAsZip(await inside(entry)) : file);
  }
  choose(files);
};

form.classList.add("drop--script");
for (const part of document.querySelectorAll("[data-plain]")) part.remove();
for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
$("records-folder").hidden = !("webkitdirectory" in folder);
for (const picker of [input, folder]) picker.addEventListener("change", chosen);
list.addEventListener("click", ({ target }) => {
  const row = target.closest("[data-again]")?.closest("[data-upload]");
  if (!row) return;
  const picker = ("folder" in row.dataset ? folder : input).cloneNode();
  picker.multiple = false;
  picker.addEventListener("change", (event) => chosen(event, row));
  picker.click();
});
list.addEventListener("submit", (event) => {
  if (!surely(event.target.closest("[data-name]").dataset.name)) event.preventDefault();
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.toggle("drop--over", kind === "dragover");
    if (kind === "drop") drop(event);
  });
}
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("beforeunload", (event) => { if (running().length) event.preventDefault(); });
document.addEventListener("visibilitychange", stayAwake);
