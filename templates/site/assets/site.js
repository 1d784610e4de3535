/* All that a page runs: a door to the search, and a partner's name carried along. Reading needs no script at all. */
(() => {
  const button = document.querySelector(".search-button");
  const dialog = document.querySelector("dialog.search");
  button.addEventListener("click", async () => {
    // At once, so that nobody types into nothing while the rest is on its way.
    dialog.showModal();
    dialog.querySelector("input").select();
    const { load } = await import(new URL(button.dataset.script, document.baseURI));
    load(dialog);
  });

  // Who sent somebody here stays in the address from page to page, and nowhere else: no cookie, nothing stored.
  const via = new URLSearchParams(location.search).get("via");
  if (via && /^[a-z0-9][a-z0-9-]{0,59}$/.test(via)) {
    for (const link of document.links) {
      if (link.origin !== location.origin) continue;
      const there = new URL(link.href);
      there.searchParams.set("via", via);
      link.href = there;
    }
  }

  // A page that has moved: go on to the new place, with everything the old address carried.
  const moved = document.querySelector("a[data-moved]");
  if (moved) {
    const there = new URL(moved.href);
    there.search = location.search;
    there.hash = location.hash || there.hash;
    location.replace(there);
  }
})();
