// Moves the focus to what has to be mended, so that nobody has to look for it. Without it the page works the same.
const wrong = document.getElementById("wrong");
if (wrong) {
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
