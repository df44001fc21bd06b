"use strict";
// Filters and sorts what the page already holds. Without it the page reads the same.

function textOf(cell) {
  return cell.textContent.trim().toLocaleLowerCase("en");
}

function sortTable(table, column, kind, button) {
  const head = button.closest("th");
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row) => {
    const cell = row.cells[column];
    const value = cell.dataset.value ?? textOf(cell);
    return { row, value: kind === "number" && value !== "" ? Number(value) : value };
  });
  // What has no value, such as too few calls to judge by, stays last both ways.
  rows.sort((a, b) => {
    if (a.value === "" || b.value === "") return (a.value === "") - (b.value === "");
    const order = kind === "number" ? a.value - b.value : a.value.localeCompare(b.value, "en");
    return up ? order : -order;
  });
  table.tBodies[0].append(...rows.map((each) => each.row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const kind = head.dataset.sort;
    if (!kind) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortTable(table, column, kind, button));
    head.append(button);
  });
}

const forms = {};
for (const form of document.querySelectorAll("form.filter")) {
  const items = [...document.querySelectorAll(
    form.dataset.list === "flags" ? "details.flag" : "table.calls tbody tr")];
  const words = items.map(textOf);
  const agents = items.map((item) => JSON.parse(item.dataset.agent));
  const said = form.querySelector("output");
  const apply = () => {
    const agent = form.elements.agent.value;
    const sought = form.elements.words.value.trim().toLocaleLowerCase("en");
    let shown = 0;
    items.forEach((item, index) => {
      const fits =
        (!agent || agents[index].includes(agent)) &&
        ["rule", "severity"].every((name) => {
          const chosen = form.elements[name]?.value;
          return !chosen || item.dataset[name] === chosen;
        }) &&
        (!sought || words[index].includes(sought));
      item.hidden = !fits;
      shown += fits;
    });
    said.value = `${shown} of ${items.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[data-clear]").addEventListener("click", () => {
    form.reset();
    apply();
  });
  form.querySelector("[data-open]")?.addEventListener("click", () => {
    for (const item of items) item.open = !item.hidden;
  });
  form.hidden = false;
  forms[form.dataset.list] = { form, apply };
  apply();
}

for (const link of document.querySelectorAll("a[data-show]")) {
  link.addEventListener("click", () => {
    const target = forms[link.dataset.show];
    if (!target) return;
    target.form.reset();
    target.form.elements.agent.value = link.dataset.agent;
    target.apply();
  });
}

// A link to a flag opens it, also where a filter had hidden it.
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
  target.querySelector("summary").focus({ preventScroll: true });
}
addEventListener("hashchange", openTarget);
openTarget();

let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const each of closed) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of closed) each.open = false;
});
