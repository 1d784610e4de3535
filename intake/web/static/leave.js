// Leaves at once, and puts a neutral page where this one was, so that one step back does not return here.
document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-leave]");
  if (!way) return;
  event.preventDefault();
  document.documentElement.hidden = true;
  location.replace(way.href);
});
