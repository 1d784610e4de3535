// Makes a passkey, or signs in with one. The form says what to do and where to go; every sentence stands in the page.
(() => {
  "use strict";

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const withBytes = (options) => {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of [options.excludeCredentials, options.allowCredentials]) {
      for (const one of list || []) one.id = bytes(one.id);
    }
    return options;
  };

  const asJson = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
  };

  const post = async (form, step, body) => {
    const headers = {
      "Accept": "application/json",
      "Content-Type": "application/json",
      "X-CSRF-Token": form.elements.csrf_token.value,
    };
    const answer = await fetch(`${form.dataset.at}/${step}`, { method: "POST", headers, body: JSON.stringify(body) });
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(), { said: said.message, code: said.code });
    return said;
  };

  const run = async (form) => {
    const publicKey = withBytes(await post(form, "options", {}));
    const credential = form.dataset.makes
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
    const answer = asJson(credential);
    if (form.elements.name) answer.name = form.elements.name.value;
    await post(form, "answer", answer);
    if (form.dataset.then) document.getElementById(form.dataset.then).submit();
    else location.assign(form.dataset.go);
  };

  const sentence = (form, error) => {
    if (error.said) return error.said;
    if (error.name === "InvalidStateError") return form.dataset.known;
    if (error.name === "NotAllowedError" || error.name === "AbortError") return form.dataset.stopped;
    return form.dataset.failed;
  };

  for (const form of document.querySelectorAll("form[data-at]")) {
    const button = form.querySelector("button");
    const says = form.querySelector("[data-says]");
    form.querySelector("[data-without]").hidden = true;
    if (!window.PublicKeyCredential) {
      says.textContent = form.dataset.unsupported;
      continue;
    }
    form.querySelector("[data-press]").hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      says.textContent = form.dataset.waiting;
      try {
        await run(form);
      } catch (error) {
        if (error.code === "proof_needed" && form.dataset.proves) {
          form.method = "post";
          form.action = form.dataset.proves;
          form.submit();
          return;
        }
        says.textContent = sentence(form, error);
        button.removeAttribute("aria-disabled");
        button.focus();
      }
    });
  }
})();
