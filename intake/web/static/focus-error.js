// Moves the focus to what has to be mended, so that nobody has to look for it. Without it the page works the same.
const wrong = document.getElementById("wrong");
if (wrong) {
  // This page answered what was sent. Seen again, by a reload or a step back, it is asked for and nothing is sent anew:
  // otherwise the browser shows a page of its own about sending a form twice.
  history.replaceState(null, "", document.currentScript.dataset.again || location.href);
  wrong.focus();
  wrong.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.closest("fieldset, .field")?.scrollIntoView();
    field.focus({ preventScroll: true });
  });
}
