// Tables of results are sorted by a click on a column's title, and long ones are folded to their first rows. Without this
// script, and on paper, they are whole.
"use strict";

(function () {
  const FIRST = 8;

  // What a cell is sorted by: the number that it begins with, else its text.
  function key(row, column) {
    const text = row.cells[column] ? row.cells[column].textContent.trim() : "";
    const number = text.replace(/[\s\u00a0\u2060,]/g, "").replace(/^[\u2212]/, "-").match(/^[+-]?\d+(\.\d+)?/);
    return { text, number: number ? Number(number[0]) : NaN };
  }

  function compare(a, b) {
    if (!Number.isNaN(a.number) && !Number.isNaN(b.number)) return a.number - b.number;
    if (Number.isNaN(a.number) !== Number.isNaN(b.number)) return Number.isNaN(a.number) ? 1 : -1;
    return a.text.localeCompare(b.text, document.documentElement.lang || "en", { numeric: true });
  }

  function sortable(table, onSorted) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const titles = [...table.tHead.rows[0].cells];
    titles.forEach((title, column) => {
      if (!title.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...title.childNodes);
      title.append(button);
      button.addEventListener("click", () => {
        const before = title.getAttribute("aria-sort");
        const direction = before === "ascending" ? "descending" : before === "descending" ? "" : "ascending";
        for (const other of titles) other.removeAttribute("aria-sort");
        let rows = original;
        if (direction) {
          title.setAttribute("aria-sort", direction);
          const sign = direction === "ascending" ? 1 : -1;
          const whole = original.filter((row) => row.cells.length === titles.length);
          const keys = new Map(whole.map((row) => [row, key(row, column)]));
          whole.sort((a, b) => sign * compare(keys.get(a), keys.get(b)));
          rows = [...whole, ...original.filter((row) => row.cells.length !== titles.length)];
        }
        body.append(...rows);
        onSorted();
      });
    });
  }

  function foldable(table) {
    const body = table.tBodies[0];
    const count = body.rows.length;
    if (!table.classList.contains("long") || count <= FIRST + 2) return () => {};
    const button = document.createElement("button");
    button.type = "button";
    button.className = "unfold";
    let folded = true;
    function show() {
      [...body.rows].forEach((row, index) => { row.hidden = folded && index >= FIRST; });
      button.setAttribute("aria-expanded", String(!folded));
      button.textContent = folded ? `Show all ${count} rows` : `Show the first ${FIRST} rows`;
    }
    button.addEventListener("click", () => {
      folded = !folded;
      show();
      if (folded) table.scrollIntoView({ block: "nearest" });
    });
    // Behind what scrolls sideways with the table.
    const scrolls = table.parentElement.matches("figure, div[id], .cell") ? table : table.parentElement;
    scrolls.after(button);
    addEventListener("beforeprint", () => { for (const row of body.rows) row.hidden = false; });
    addEventListener("afterprint", show);
    show();
    return show;
  }

  function start() {
    for (const table of document.querySelectorAll("table.results")) {
      if (!table.tHead || table.tBodies.length !== 1 || table.tBodies[0].rows.length < 3) continue;
      sortable(table, foldable(table));
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
