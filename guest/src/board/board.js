"use strict";
const search = document.getElementById("search");
const late = document.getElementById("late");
const found = document.getElementById("found");
const items = [...document.querySelectorAll("[data-text]")].map((node) => ({
  node,
  text: node.dataset.text,
  late: node.dataset.late !== "no",
}));
const days = [...document.querySelectorAll(".day")];
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let apps = 0;
  for (const { node, text, late: isLate } of items) {
    const shown = words.every((word) => text.includes(word)) && (!late.checked || isLate);
    node.hidden = !shown;
    if (shown && node.tagName === "TR") apps += 1;
  }
  for (const day of days) day.hidden = !day.querySelector("li:not([hidden])");
  found.textContent = apps === 1 ? "1 app" : `${apps} apps`;
}
function recall() {
  search.value = new URLSearchParams(location.hash.slice(1)).get("q") || "";
  filter();
}
search.addEventListener("input", () => {
  history.replaceState(null, "", `#${new URLSearchParams({ q: search.value })}`);
  filter();
});
addEventListener("hashchange", recall);
late.addEventListener("change", filter);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
});
recall();
