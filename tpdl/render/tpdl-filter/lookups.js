// A value or claim is looked up by pointing at it, by a click or touch, or by keyboard: a small box says what exactly it
// is, and leads to the results. In each paragraph Tab reaches the first one, and the arrow keys go on from there.
// Without this script the title says it.
"use strict";

(function () {
  if (!HTMLElement.prototype.showPopover) return;
  const BLOCKS = "p, li, td, th, dd, figcaption, h1, h2, h3, h4";
  const OTHERS = "a, button, summary, nav, svg";
  let box, opener, pinned = false, timer;

  function line(name, ...content) {
    const paragraph = document.createElement("p");
    paragraph.className = `lookup-${name}`;
    paragraph.append(...content);
    return paragraph;
  }
  // A long expression goes on in the next line behind a dot or an underscore.
  function code(text) {
    const element = document.createElement("code");
    for (const part of text.split(/(?<=[._])/)) element.append(part, document.createElement("wbr"));
    return element;
  }

  // The results that a value or claim is made of, with the way to their rows where they have some.
  function sources(steps) {
    const parts = [];
    for (const step of steps.split(/,? /).filter(Boolean)) {
      const known = document.querySelector(`.lookup-sources a[data-step="${CSS.escape(step)}"]`);
      parts.push(parts.length ? ", " : "From ", code(step));
      if (!known) continue;
      const link = document.createElement("a");
      link.href = known.href;
      link.download = "";
      link.textContent = "CSV";
      parts.push(" (", link, ")");
    }
    return parts.length ? [line("from", ...parts)] : [];
  }

  // Element -> its title, which the browser would show beside the box.
  const titles = new Map();

  // What there is to say of an element: of a value in a claim both.
  function story(element) {
    const lines = [];
    if (element.classList.contains("value")) {
      const [, expression, value, steps] = titles.get(element).match(/^(.*?) = (.*?)(?:, from ([^ ]+(?:, [^ ]+)*))?$/s);
      const exact = document.createElement("strong");
      exact.textContent = value;
      lines.push(line("exact", exact), line("code", code(expression)), ...sources(steps || ""));
    }
    const claim = element.closest(".claim, .verdict");
    if (claim && titles.has(claim)) {
      const [, verdict, expression] = titles.get(claim).match(/^(.*?): (.*)$/s);
      lines.push(line("checked", `${verdict === "Checked" ? "✓" : "✗"} ${verdict}`), line("code", code(expression)));
      if (claim === element) lines.push(...sources(claim.dataset.steps));
    }
    return lines;
  }

  function place() {
    const margin = 8;
    const spot = opener.getClientRects()[0] || opener.getBoundingClientRect();
    const width = box.offsetWidth, height = box.offsetHeight;
    const left = Math.max(margin, Math.min(spot.left, document.documentElement.clientWidth - width - margin));
    const below = spot.bottom + margin;
    const top = below + height + margin > innerHeight && spot.top > height + margin ? spot.top - height - margin : below;
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
  }

  function open(element, pin) {
    clearTimeout(timer);
    if (opener !== element || !box.matches(":popover-open")) {
      const lines = story(element);
      if (!lines.length) return;
      close();
      opener = element;
      box.replaceChildren(...lines);
      box.showPopover();
      opener.setAttribute("aria-expanded", "true");
      opener.setAttribute("aria-describedby", box.id);
      place();
    }
    pinned = pin;
  }

  function close() {
    clearTimeout(timer);
    if (box.matches(":popover-open")) box.hidePopover();
    if (opener) {
      opener.removeAttribute("aria-describedby");
      opener.setAttribute("aria-expanded", "false");
    }
    opener = null;
    pinned = false;
  }

  function start() {
    const told = [...document.querySelectorAll("main :is(.value, .claim, .verdict)[title]:not(.value-problem)")];
    const all = told.filter((element) => !element.closest(OTHERS) && !element.querySelector(`.value, ${OTHERS}`));
    if (!all.length) return;
    box = document.createElement("div");
    box.className = "lookup";
    box.id = "lookup";
    box.popover = "manual";
    document.body.append(box);

    for (const element of told) {
      titles.set(element, element.title);
      if (!element.closest(OTHERS)) element.removeAttribute("title");
    }
    const groups = new Map();
    for (const element of all) {
      const group = element.closest(BLOCKS) || document.body;
      if (!groups.has(group)) groups.set(group, []);
      const members = groups.get(group);
      members.push(element);
      element.tabIndex = members.length === 1 ? 0 : -1;
      element.setAttribute("role", "button");
      element.setAttribute("aria-expanded", "false");

      element.addEventListener("click", () => (pinned && opener === element ? close() : open(element, true)));
      element.addEventListener("pointerenter", (event) => {
        if (event.pointerType !== "mouse" || pinned) return;
        clearTimeout(timer);
        timer = setTimeout(() => open(element, false), 250);
      });
      element.addEventListener("pointerleave", leave);
      element.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          element.click();
        } else if (step && members.length > 1) {
          event.preventDefault();
          const next = members[(members.indexOf(element) + step + members.length) % members.length];
          element.tabIndex = -1;
          next.tabIndex = 0;
          next.focus();
          if (pinned) open(next, true);
        }
      });
    }
    function leave() {
      clearTimeout(timer);
      if (!pinned) timer = setTimeout(close, 250);
    }
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", leave);

    // The link in the box comes behind its value in the order of the keyboard, wherever the box is in the page.
    document.addEventListener("keydown", (event) => {
      if (!opener) return;
      const link = box.querySelector("a");
      if (event.key === "Escape") {
        const back = opener;
        close();
        if (document.activeElement === document.body || box.contains(document.activeElement)) back.focus();
      } else if (event.key === "Tab" && !event.shiftKey && document.activeElement === opener && link) {
        event.preventDefault();
        link.focus();
      } else if (event.key === "Tab" && box.contains(document.activeElement)) {
        if (event.shiftKey) event.preventDefault();
        opener.focus();
        close();
      }
    });
    document.addEventListener("pointerdown", (event) => {
      if (opener && !box.contains(event.target) && !opener.contains(event.target)) close();
    });
    addEventListener("scroll", () => { if (opener) place(); }, { passive: true });
    addEventListener("resize", () => { if (opener) place(); });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
