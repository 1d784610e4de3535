// Sends chosen files in pieces (tus 1.0) and goes on after anything that breaks. Without it the plain form does the work.
(() => {
  "use strict";

  const form = document.getElementById("records-form");
  if (!form || !Blob.prototype.slice || !window.fetch) return;

  const $ = (id) => document.getElementById(id);
  const words = $("records-words").dataset;
  const [list, live, total] = [$("records-list"), $("records-live"), $("records-total")];
  const input = form.elements.files;
  const WAITS = [0, 1, 3, 5, 10, 20, 30, 60];
  const SMALLEST = 256 * 1024;
  const SILENCE = 45000;
  const SAMPLE = 64 * 1024;
  let chunk = Number(form.dataset.chunk);
  let awake = null;
  const jobs = [];

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const say = (text) => { live.textContent = text; };
  const lang = document.documentElement.lang;
  const percent = new Intl.NumberFormat(lang, { style: "percent" });
  const size = (bytes) => {
    for (const [step, unit] of [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]]) {
      if (bytes >= step) return `${(bytes / step).toLocaleString(lang, { maximumFractionDigits: bytes < 10 * step ? 1 : 0 })} ${unit}`;
    }
    return `${bytes} B`;
  };
  const running = () => jobs.filter((job) => job.state === "waiting" || job.state === "sending");

  // -- What the person sees ---------------------------------------------------------------------------------------

  const show = (job, text) => {
    const bar = job.row.querySelector("progress");
    bar.max = job.file.size || 1;
    bar.value = job.offset + job.ahead;
    job.row.querySelector(".progress__text").textContent = text;
    const counted = jobs.filter((one) => one.state !== "removed" && one.state !== "failed");
    const whole = counted.reduce((sum, one) => sum + one.file.size, 0);
    const sent = counted.reduce((sum, one) => sum + one.offset + one.ahead, 0);
    total.hidden = !counted.length;
    total.querySelector("progress").value = whole ? (100 * sent) / whole : 0;
    const arrived = counted.filter((one) => one.state === "arrived").length;
    total.querySelector(".progress__text").textContent =
      `${percent.format(whole ? Math.floor((100 * sent) / whole) / 100 : 0)} – ${fill(words.total, { done: arrived, count: counted.length })}`;
  };

  const showSending = (job) => {
    const sent = job.offset + job.ahead;
    const speed = (sent - job.from) / (Date.now() - job.since);
    const minutes = speed > 0 ? (job.file.size - sent) / speed / 60000 : 0;
    const left = minutes < 1.5 ? "" : minutes < 90 ? fill(words.leftMinutes, { count: Math.round(minutes) })
      : fill(words.leftHours, { count: Math.round(minutes / 60) });
    show(job, [fill(words.sending, { done: size(sent), size: size(job.file.size) }), left].filter(Boolean).join(", "));
  };

  const end = (job, state, text) => {
    job.state = state;
    job.ahead = 0;
    show(job, text);
    if (state === "arrived") job.row.querySelector(".row__ways").remove();
    if (state === "failed") say(`${job.file.name}: ${text}`);
  };

  const newRow = (file) => {
    const row = $("records-row").content.cloneNode(true).firstElementChild;
    row.querySelector("bdi").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    // What is being sent stands first, in the order in which it was chosen: receipts of earlier files may be many.
    list.insertBefore(row, jobs.at(-1)?.row.isConnected ? jobs.at(-1).row.nextSibling : list.firstChild);
    document.querySelector("[data-empty]").hidden = true;
    return row;
  };

  // -- Talking to the service --------------------------------------------------------------------------------------

  const problem = (text, final, more) => Object.assign(new Error(text), { final }, more);

  const ask = (job, method, url, headers, body) => new Promise((answer, fail) => {
    const xhr = new XMLHttpRequest();
    let watch = 0;
    const heard = () => {
      clearTimeout(watch);
      watch = setTimeout(() => xhr.abort(), SILENCE);
    };
    xhr.open(method, url);
    for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", ...headers })) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => {
      heard();
      if (method !== "PATCH") return;
      job.ahead = event.loaded;
      showSending(job);
    };
    xhr.onloadend = () => {
      clearTimeout(watch);
      job.xhr = null;
      job.ahead = 0;
      if (xhr.status) answer(xhr);
      else fail(problem(words.retry));
    };
    job.xhr = xhr;
    heard();
    xhr.send(body);
  });

  const said = (xhr) => {
    try { return JSON.parse(xhr.responseText); } catch { return {}; }
  };

  const refuse = (xhr) => {
    const { code, message } = said(xhr);
    if (xhr.status === 401 || xhr.status === 403) throw problem(words.link, true);
    if (xhr.status === 429 || xhr.status === 503 || xhr.status === 507) {
      const wait = Number(xhr.getResponseHeader("Retry-After")) || 30;
      throw problem(message || words.busy, false, { wait: Math.min(wait, 60), told: true });
    }
    if (xhr.status >= 500) throw problem(words.retry);
    throw problem(code === "upload_replaced" ? words.elsewhere : message || words.failed, true);
  };

  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  const create = async (job) => {
    const metadata = [["filename", job.file.name], ["filetype", job.file.type], ["fingerprint", job.fingerprint]]
      .filter(([, value]) => value).map(([name, value]) => `${name} ${encode(value)}`).join(",");
    const xhr = await ask(job, "POST", form.dataset.uploads, { "Upload-Length": job.file.size, "Upload-Metadata": metadata });
    if (xhr.status !== 201) refuse(xhr);
    job.url = xhr.getResponseHeader("Location");
    job.offset = 0;
  };

  const look = async (job) => {
    const xhr = await ask(job, "HEAD", job.url);
    if (xhr.status === 404 || xhr.status === 410) {
      job.url = null;
      return create(job);
    }
    if (xhr.status !== 200) refuse(xhr);
    job.offset = Number(xhr.getResponseHeader("Upload-Offset"));
  };

  const sendPiece = async (job) => {
    const piece = job.file.slice(job.offset, job.offset + chunk);
    const headers = { "Upload-Offset": job.offset, "Content-Type": "application/offset+octet-stream" };
    const xhr = await ask(job, "PATCH", job.url, headers, piece);
    const offset = xhr.getResponseHeader("Upload-Offset");
    if (xhr.status === 204 || (xhr.status === 409 && offset !== null)) {
      job.offset = Number(offset);
    } else if (xhr.status === 413 && !said(xhr).code && chunk > SMALLEST) {
      chunk = Math.max(SMALLEST, chunk / 2);
    } else if (said(xhr).code === "upload_complete") {
      job.offset = job.file.size;
    } else if (xhr.status === 404 || xhr.status === 410) {
      throw problem(words.retry);
    } else refuse(xhr);
  };

  // -- One file after the other -------------------------------------------------------------------------------------

  const backOnline = () => new Promise((go) => addEventListener("online", go, { once: true }));
  const pause = (seconds) => Promise.race([new Promise((go) => setTimeout(go, seconds * 1000)), backOnline()]);

  const rest = async (job, trouble, tries) => {
    if (!navigator.onLine) {
      show(job, words.offline);
      say(words.offline);
      await backOnline();
      say(words.online);
      return;
    }
    try {
      await job.file.slice(job.offset, job.offset + 1).arrayBuffer();
    } catch {
      throw problem(words.unread, true);
    }
    const wait = trouble.wait ?? WAITS[Math.min(tries, WAITS.length - 1)];
    if (wait) {
      const text = trouble.told ? trouble.message : fill(words.retry, { count: wait });
      show(job, text);
      say(text);
    }
    await pause(wait);
  };

  const send = async (job) => {
    job.state = "sending";
    show(job, words.looking);
    let tries = 0;
    let sure = false;
    while (job.state === "sending") {
      try {
        if (!sure) await (job.url ? look(job) : create(job));
        sure = true;
        [job.from, job.since] = [job.offset, Date.now()];
        say(fill(job.offset ? words.resumed : words.begun, { name: job.file.name }));
        while (job.offset < job.file.size && job.state === "sending") {
          const before = job.offset;
          await sendPiece(job);
          if (job.offset > before) tries = 0;
          showSending(job);
        }
        if (job.state === "sending") end(job, "arrived", words.arrived);
      } catch (trouble) {
        if (job.state !== "sending") return;
        sure = false;
        try {
          if (trouble.final) throw trouble;
          await rest(job, trouble, tries++);
        } catch (final) {
          end(job, "failed", final.message);
        }
      }
    }
  };

  const stayAwake = async () => {
    if (awake || !running().length || document.visibilityState !== "visible") return;
    try { awake = await navigator.wakeLock?.request("screen"); } catch { /* a device may refuse; then it sleeps */ }
    awake?.addEventListener("release", () => { awake = null; });
  };

  let busy = false;
  const work = async () => {
    if (busy) return;
    busy = true;
    stayAwake();
    for (let job; (job = jobs.find((one) => one.state === "waiting")); ) await send(job);
    busy = false;
    awake?.release();
    looks = 0;
    lookLater();
    if (jobs.length && jobs.every((job) => job.state === "arrived" || job.state === "removed")) say(words.all);
  };

  // -- What the check found ------------------------------------------------------------------------------------------

  // The check takes a moment. Its word replaces "we check it now", without a reload.
  const CHECKED_AFTER = [2, 3, 5, 10, 20, 40, 80, 160, 320];
  let looks = 0;
  let next = 0;
  const waiting = () => jobs.filter((job) => job.state === "arrived" && !job.checked);

  const showChecked = async () => {
    const answer = await fetch(location.pathname).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = [];
    for (const job of waiting()) {
      const row = fresh.getElementById(`record-${job.url.split("/").pop()}`);
      if (!row || "checking" in row.dataset) continue;
      job.checked = true;
      job.row.replaceWith(row);
      job.row = row;
      if ("needsYou" in row.dataset) told.push(...[...row.querySelectorAll(".row__name, .row__facts")].map((part) => part.innerText));
    }
    if (told.length) say(told.join(". "));
  };

  const lookLater = () => {
    clearTimeout(next);
    if (!waiting().length || looks >= CHECKED_AFTER.length) return;
    next = setTimeout(async () => {
      if (!running().length) await showChecked();
      lookLater();
    }, CHECKED_AFTER[looks++] * 1000);
  };

  // -- Choosing -----------------------------------------------------------------------------------------------------

  // The same file again? Its size, and a fingerprint of its first and last bytes: phones write some files anew.
  const fingerprint = async (file) => {
    try {
      const sample = await new Blob([file.slice(0, SAMPLE), file.slice(-SAMPLE), String(file.size)]).arrayBuffer();
      const hash = await crypto.subtle.digest("SHA-256", sample);
      return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    } catch {
      return "";
    }
  };

  const unfinishedRow = (file, print) => [...list.querySelectorAll("[data-upload]")].find((row) =>
    Number(row.dataset.length) === file.size
    && (row.dataset.fingerprint && print ? row.dataset.fingerprint === print : row.dataset.name === file.name));

  const remove = async (job) => {
    const before = job.state;
    end(job, "removed", words.removed);
    job.xhr?.abort();
    if (job.url && before !== "arrived") fetch(job.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
    job.row.remove();
    say(`${words.removed}: ${job.file.name}`);
    input.focus();
  };

  const take = async (file) => {
    const print = await fingerprint(file);
    if (jobs.some((job) => running().includes(job) && job.fingerprint === print && job.file.name === file.name)) return;
    const old = unfinishedRow(file, print);
    const sameName = !old && [...list.querySelectorAll("[data-upload]")].some((row) => row.dataset.name === file.name);
    const row = newRow(file);
    const job = { file, row, url: old?.dataset.upload, fingerprint: print, offset: 0, ahead: 0, state: "waiting" };
    old?.remove();
    jobs.push(job);
    row.querySelector("button").addEventListener("click", () => remove(job));
    if (!file.size) return end(job, "failed", words.empty);
    if (file.size > Number(form.dataset.largest)) return end(job, "failed", words.large);
    show(job, sameName ? words.other : words.waiting);
    if (sameName) say(words.other);
  };

  // What did not work before was about files that had not come; now they come.
  const forgive = () => {
    if (!$("wrong")) return;
    $("wrong").remove();
    document.title = document.title.slice(document.title.indexOf(": ") + 2);
  };

  const choose = async (files) => {
    if (files.length) forgive();
    for (const file of files) await take(file);
    work();
  };

  form.classList.add("drop--script");
  for (const part of document.querySelectorAll("[data-plain]")) part.remove();
  for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    choose(files);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("drop--over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("drop--over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("drop--over");
    choose(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => { if (running().length) event.preventDefault(); });
  document.addEventListener("visibilitychange", stayAwake);
})();
