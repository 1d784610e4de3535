// Copies a letter, where the browser lets a page do so; without it the words can be marked and copied by hand.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const sheet = button.closest("section");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = sheet.querySelector("[data-copy-done]");
      const words = [...sheet.querySelectorAll("[data-copied]")].find((each) => !each.closest("details"));
      await navigator.clipboard.writeText(words.innerText);
      done.textContent = done.dataset.said;
    });
  }
}
