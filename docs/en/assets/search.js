/* The search box needs the theme's script, its worker and the index of all pages: fetched when somebody first
   reaches for the search, and never before. Everything else on the site works without any script. */
(() => {
  const bundle = document.currentScript.dataset.bundle;
  document.documentElement.classList.replace("no-js", "js");
  let asked = false;
  const load = () => {
    if (asked) return;
    asked = true;
    const script = document.createElement("script");
    script.src = bundle;
    document.body.append(script);
  };
  document.forms.namedItem("search")?.addEventListener("focusin", load);
  document.getElementById("__search")?.addEventListener("change", load);

  document.querySelector(".search-button")?.addEventListener("click", () => {
    document.getElementById("__search").click();
    document.querySelector(".md-search__input").focus();
  });
})();
