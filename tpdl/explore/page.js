// One experiment at a time; search; tables that sort, find rows, and put runs side by side.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (name, text = "", attributes = {}) => {
  const element = Object.assign(document.createElement(name), { textContent: text });
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
};

// Which experiment is shown is in the address, so links, the way back and bookmarks work.
const overview = document.getElementById("_overview");
const experiments = new Map(all("section.experiment").map(section => [section.id, section]));
const search = document.getElementById("_search");

function show() {
  const name = decodeURIComponent(location.hash.slice(1));
  const chosen = experiments.get(name) ?? overview;
  for (const section of [overview, ...experiments.values()]) section.classList.toggle("chosen", section === chosen);
  for (const link of all("nav a")) {
    if (link.hash === location.hash && name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  prepare(chosen);
  scrollTo(0, 0);
}
addEventListener("hashchange", show);

// Every word must be somewhere in what is known of an experiment.
const keys = new Map(all("#_experiments tbody tr").map(row => [row.dataset.name, row.dataset.key]));

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Set([...keys].filter(([, key]) => words.every(word => key.includes(word))).map(([name]) => name));
  for (const element of all("[data-name]")) element.hidden = !found.has(element.dataset.name);
  for (const chapter of all("nav .chapter")) chapter.hidden = !chapter.querySelector("li:not([hidden])");
  document.getElementById("_found").textContent = words.length ? `${found.size} of ${keys.size} experiments` : "";
  return found;
}
search.addEventListener("input", () => {
  find();
  if (search.value && !overview.classList.contains("chosen")) location.hash = "";
});
search.addEventListener("keydown", event => {
  const [first] = find();
  if (event.key === "Enter" && first) location.hash = `#${first}`;
  if (event.key === "Escape") { search.value = ""; find(); }
});
addEventListener("keydown", event => {
  const writes = event.target.closest?.("input, textarea, [contenteditable]");
  if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search.focus();
  search.select();
});
search.parentElement.hidden = false;

// Tables of an experiment become alive when it is first shown: hundreds at once would take long.
const prepared = new WeakSet();

function prepare(section) {
  if (prepared.has(section)) return;
  prepared.add(section);
  all(".table", section).forEach(makeAlive);
}

function makeAlive(box) {
  const table = box.querySelector("table"), body = table.tBodies[0];
  if (body.rows.length > 1) [...table.tHead.rows[0].cells].forEach((head, at) => makeSortable(head, at, body));
  const filter = box.querySelector(".filter");
  if (filter && body.rows.length > 8) makeSearchable(box, filter, body);
  if (box.classList.contains("pick") && body.rows.length > 1) makeComparable(box, table, body);
}

function makeSortable(head, at, body) {
  const button = make("button", head.textContent, { type: "button" });
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const upwards = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", upwards ? "ascending" : "descending");
    const sorted = [...body.rows].map(row => [valueOf(row.cells[at]), row]);
    sorted.sort(([one], [other]) => compare(one, other, upwards));
    body.append(...sorted.map(([, row]) => row));
  });
}

function valueOf(cell) {
  const text = cell.dataset.value ?? cell.textContent.trim();
  const number = text === "" ? NaN : Number(text.replace("inf", "Infinity"));
  return text === "–" ? null : Number.isNaN(number) ? text : number;
}

// Numbers before text; what is missing comes last in either order.
function compare(one, other, upwards) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  const order = typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true });
  return upwards ? order : -order;
}

function makeSearchable(box, filter, body) {
  filter.hidden = false;
  filter.firstElementChild.addEventListener("input", event => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of body.rows) {
      const text = [...row.cells].map(cell => cell.textContent).join("\n").toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
      shown += !row.hidden;
    }
    box.querySelector(".count").textContent = words.length ? `${shown} of ${body.rows.length} rows` : "";
  });
}

// Runs that are ticked stand beside each other below the table, with what differs in bold.
function makeComparable(box, table, body) {
  const beside = make("div", "", { class: "beside", "aria-live": "polite" });
  beside.hidden = true;
  box.append(beside);
  for (const row of body.rows) {
    const head = row.cells[0], name = head.firstElementChild.title;
    const tick = make("input", "", { type: "checkbox", "aria-label": `Put ${name} beside others` });
    head.prepend(tick, " ");
    tick.addEventListener("change", () => putBeside(beside, table, body));
  }
}

function putBeside(beside, table, body) {
  const rows = [...body.rows].filter(row => row.querySelector("input")?.checked);
  beside.hidden = rows.length < 2;
  if (beside.hidden) return;
  const inner = make("table"), head = inner.createTHead().insertRow(), lines = inner.createTBody();
  head.append(make("th", "Side by side", { scope: "col" }));
  const experiment = `${table.closest("section").id}/`;
  for (const row of rows) {
    const name = row.cells[0].querySelector("[title]").title;
    head.append(make("th", name.replace(experiment, ""), { scope: "col" }));
  }
  [...table.tHead.rows[0].cells].slice(1).forEach((column, at) => {
    const texts = rows.map(row => row.cells[at + 1].textContent);
    const line = lines.insertRow();
    line.className = new Set(texts).size > 1 ? "differs" : "";
    line.append(make("th", column.textContent, { scope: "row" }));
    texts.forEach(text => line.append(make("td", text, { class: column.className })));
  });
  const wide = make("div", "", { class: "wide", tabindex: "0", role: "group", "aria-label": "Runs side by side" });
  wide.append(inner);
  beside.replaceChildren(wide);
}

show();
