// The table of questions is filtered by chapter and verdict. Without this script it is whole.
"use strict";

(function () {
  const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  function filter(holder) {
    const rows = [...holder.querySelectorAll("tbody tr")].map((row) => ({
      row,
      chapter: row.dataset.title,
      asks: Boolean(row.dataset.number),
      lines: [...row.querySelectorAll(".conclusion")],
    }));
    const chosen = { chapter: "", verdict: "" };
    const matches = (entry, chapter, verdict) =>
      (!chapter || entry.chapter === chapter)
      && (!verdict || entry.lines.some((line) => line.dataset.verdict === verdict));
    const verdicts = ["confirmed", "in part", "contradicted", "not tested", "new", "does not hold"]
      .filter((verdict) => rows.some((entry) => matches(entry, "", verdict)));
    const chapters = [...new Set(rows.map((entry) => entry.chapter))];
    const buttons = [];

    const bar = document.createElement("div");
    bar.className = "questions-filter";
    const state = document.createElement("p");
    state.className = "questions-state";
    state.setAttribute("role", "status");

    function group(name, kind, all, values) {
      const holder = document.createElement("div");
      holder.setAttribute("role", "group");
      holder.setAttribute("aria-label", name);
      for (const value of ["", ...values]) {
        const button = document.createElement("button");
        button.type = "button";
        button.append(value === "" ? all : value[0].toUpperCase() + value.slice(1), " ");
        const count = document.createElement("span");
        count.className = "count";
        button.append(count);
        button.addEventListener("click", () => { chosen[kind] = value; show(); });
        buttons.push({ button, count, kind, value });
        holder.append(button);
      }
      bar.append(holder);
    }

    function show() {
      for (const { button, count, kind, value } of buttons) {
        button.setAttribute("aria-pressed", String(chosen[kind] === value));
        const other = { ...chosen, [kind]: value };
        count.textContent = rows.filter((entry) => matches(entry, other.chapter, other.verdict)).length;
      }
      for (const entry of rows) {
        entry.row.hidden = !matches(entry, chosen.chapter, chosen.verdict);
        for (const line of entry.lines) {
          line.hidden = Boolean(chosen.verdict) && line.dataset.verdict !== chosen.verdict;
        }
      }
      const shown = rows.filter((entry) => !entry.row.hidden);
      const questions = shown.filter((entry) => entry.asks).length;
      const remarks = shown.length - questions;
      state.textContent = `${questions} of ${counted(rows.filter((entry) => entry.asks).length, "question")}`
        + (remarks ? `, and ${counted(remarks, "remark")}` : "");
    }

    group("Chapter", "chapter", "All chapters", chapters);
    group("Verdict on the original report", "verdict", "All verdicts", verdicts);
    holder.querySelector("table").before(bar, state);
    show();
    addEventListener("beforeprint", () => {
      for (const entry of rows) for (const each of [entry.row, ...entry.lines]) each.hidden = false;
    });
    addEventListener("afterprint", show);
  }

  function start() {
    for (const holder of document.querySelectorAll("div.questions")) if (holder.querySelector("table")) filter(holder);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
