// Sends one file in pieces (tus 1.0) and goes on after anything that breaks, for as long as the page is open.
// `show(upload, text)` and `say(text)` tell the person; `find(upload)` asks whether the service knows the file already.

const [LEAST, SECONDS, SILENCE, LONGEST_WAIT] = [256 * 1024, 12, 45000, 900];
const flying = new Set();
let length = LEAST / 4;
let most = form.dataset.chunk;
let broken = "";

const trouble = (text, wait) => Object.assign(new Error(text), { wait });
const stop = (text) => trouble(text, -1);

const ask = (upload, method, url, headers, body) => new Promise((answer, fail) => {
  const xhr = upload.xhr = new XMLHttpRequest();
  let watch = 0;
  const heard = () => {
    clearTimeout(watch);
    watch = setTimeout(() => xhr.abort(), SILENCE);
  };
  xhr.open(method, url);
  for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", ...headers })) xhr.setRequestHeader(name, value);
  xhr.upload.onprogress = ({ loaded }) => {
    heard();
    upload.ahead = loaded;
    show(upload);
  };
  xhr.onloadend = () => {
    clearTimeout(watch);
    flying.delete(xhr);
    if (!xhr.status) return fail(trouble(words.broke));
    upload.ahead = 0;
    answer(xhr);
  };
  flying.add(xhr);
  heard();
  xhr.send(body);
});

const said = (xhr) => {
  try { return JSON.parse(xhr.responseText); } catch { return {}; }
};

const refusal = (xhr) => {
  const { status } = xhr;
  const { code, message } = said(xhr);
  const wait = Math.min(xhr.getResponseHeader("Retry-After") || 30, LONGEST_WAIT);
  if (status === 423 || code === "upload_replaced") return stop(words.elsewhere);
  if (status === 401 || status === 403) return stop(words.link);
  if (status === 429) return trouble(fill(words.waits, { count: Math.ceil(wait / 60) }), wait);
  if ((status === 503 || status === 507) && message) return trouble(message, wait);
  if (status < 400 || status > 499 || [404, 408, 410].includes(status)) return trouble(words.broke);
  return stop(message || (status === 409 ? words.closed : words.failed));
};

const stands = (upload, xhr) => {
  const offset = xhr.getResponseHeader("Upload-Offset");
  if (offset === null) throw refusal(xhr);
  upload.offset = Number(offset);
};

const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const create = async (upload, again) => {
  // Perhaps the service heard us the last time, and only its answer was lost.
  if (again && (upload.url = await find(upload))) return look(upload);
  const { name, type, folder, size } = upload.file;
  const metadata = Object.entries({ filename: name, filetype: type, fingerprint: upload.print, folder })
    .filter(([, value]) => value).map(([key, value]) => `${key} ${encode(value)}`).join();
  const xhr = await ask(upload, "POST", form.dataset.uploads, { "Upload-Length": size, "Upload-Metadata": metadata });
  if (xhr.status !== 201) throw refusal(xhr);
  upload.url = xhr.getResponseHeader("Location");
  upload.offset = 0;
};

const look = async (upload) => {
  const xhr = await ask(upload, "HEAD", upload.url);
  if (xhr.status === 404 || xhr.status === 410) return create(upload);
  stands(upload, xhr);
};

// Pieces of about twelve seconds: few on a quick line, and little to send again on a slow one.
const sendPiece = async (upload) => {
  const [planned, began] = [length, Date.now()];
  const body = await upload.file.slice(upload.offset, Math.min(upload.offset + planned, upload.file.size));
  const headers = { "Upload-Offset": upload.offset, "Content-Type": "application/offset+octet-stream" };
  const xhr = await ask(upload, "PATCH", upload.url, headers, body);
  const { code } = said(xhr);
  if (xhr.status === 413 && !code && planned > LEAST) {
    // Something between us takes only short requests.
    length = most = Math.max(LEAST, planned / 2);
  } else if (code === "upload_complete") {
    upload.offset = upload.file.size;
  } else {
    stands(upload, xhr);
    if (broken) say(words.resumed);
    broken = "";
    const best = (body.size / (Date.now() - began)) * 1000 * SECONDS;
    length = body.size < planned ? planned : Math.min(most, 4 * planned, Math.ceil(best / LEAST) * LEAST);
  }
};

// Resolves to a sentence when there is no going on.
const rest = async (upload, { message, wait }, tries) => {
  if (wait < 0) return message;
  length = Math.max(LEAST, length / 2);
  try {
    // Was it the line, or has a disc a scratch?
    await (await upload.file.slice(upload.offset, upload.offset + length)).arrayBuffer();
  } catch {
    return words.unread;
  }
  const text = navigator.onLine ? message : words.offline;
  show(upload, text);
  trail = [];
  left.hidden = true;
  // Said once for all files, and not for a break that is over in a second.
  if (text !== broken && (tries || wait || !navigator.onLine)) say(broken = text);
  const seconds = navigator.onLine ? (wait || Math.min(30, 1.5 ** tries / 2)) * (0.75 + Math.random() / 2) : 60;
  await new Promise((go) => {
    addEventListener("online", go, { once: true });
    document.addEventListener("visibilitychange", go, { once: true });
    setTimeout(go, seconds * 1000);
  });
};

addEventListener("offline", () => { for (const xhr of flying) xhr.abort(); });

// Resolves to "" when all of it has arrived or it was removed, else to the sentence that says why not.
const send = async (upload) => {
  let [tries, sure] = [0, false];
  upload.state = "sending";
  show(upload, words.looking);
  while (upload.state === "sending") {
    try {
      if (!sure) await (upload.url ? look(upload) : create(upload, tries));
      sure = true;
      while (upload.offset < upload.file.size && upload.state === "sending") {
        const before = upload.offset;
        await sendPiece(upload);
        if (upload.offset > before) tries = 0;
        show(upload);
      }
      break;
    } catch (why) {
      sure = false;
      const last = upload.state === "sending" && await rest(upload, why, tries++);
      if (last) return last;
    }
  }
};
