// Charts: where a script can run, the picture of a chart is replaced by one that answers to the pointer. Without this
// script, without the library, and on paper the picture stays.
"use strict";

(function () {
  const own = document.currentScript && document.currentScript.src;
  const NARROW = matchMedia("(max-width: 40rem)");
  const SYSTEM = matchMedia("(prefers-color-scheme: dark)");
  const WAIT = 150;   // milliseconds, so that a window that is being resized is drawn for once
  const NEAR = "600px";
  const ERRORS = 1;   // of what Vega says, what the reader's console gets
  let library = null;

  // The library lies beside this script, and is fetched when the reader comes near the first chart.
  function load() {
    library = library || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const address = new URL("vega.js", own);
      address.search = new URL(own).search;
      script.src = address.href;
      script.onload = () => resolve(window.vegaEmbed);
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  function isDark() {
    const theme = document.documentElement.dataset.theme, classes = document.body.classList;
    if (theme) return theme === "dark";
    if (classes.contains("quarto-dark") || classes.contains("quarto-light")) return classes.contains("quarto-dark");
    return SYSTEM.matches;
  }

  // One pair of axes, which may be as wide as there is room; several beside each other scroll.
  function canShrink(spec) {
    const encoding = spec.encoding || {};
    return ("mark" in spec || "layer" in spec) && !encoding.row && !encoding.column && !encoding.facet &&
      typeof spec.width !== "object";
  }

  class Chart {
    constructor(holder) {
      this.holder = holder;
      this.live = holder.querySelector(".chart-live");
      this.specs = {};
      for (const script of holder.querySelectorAll(".chart-data")) {
        this.specs[script.dataset.kind] = JSON.parse(script.textContent);
      }
      this.hint = document.createElement("p");
      this.hint.className = "sheet-hint";
      this.hint.textContent = "scroll sideways for more →";
      this.hint.hidden = true;
      this.live.after(this.hint);
      this.live.addEventListener("scroll", () => {
        const isAtEnd = this.live.scrollLeft + this.live.clientWidth > this.live.scrollWidth - 2;
        this.live.classList.toggle("has-more", !isAtEnd);
      }, { passive: true });
      this.view = null;
      this.drawn = "";
    }

    get room() { return Math.floor(this.holder.clientWidth); }

    async draw() {
      const dark = isDark(), room = this.room;
      const kind = NARROW.matches && this.specs.narrow ? "narrow" : "wide";
      const state = `${dark} ${kind} ${room}`;
      if (!room || state === this.drawn) return;
      this.drawn = state;
      const embed = await load();
      let spec = structuredClone(this.specs[kind]);
      let view = await this.embed(embed, spec, dark);
      if (this.drawn === state && this.live.scrollWidth > room + 1 && canShrink(spec)) {
        view.finalize();
        spec = { ...structuredClone(this.specs[kind]), width: room, autosize: { type: "fit-x", contains: "padding" } };
        view = await this.embed(embed, spec, dark);
      }
      if (this.view && this.view !== view) this.view.finalize();
      this.view = view;
      this.sayWhetherItGoesOn();
    }

    // What has no room scrolls sideways: that is said, as of a sheet, and the keyboard can do it.
    sayWhetherItGoesOn() {
      const goesOn = this.live.scrollWidth > this.live.clientWidth + 1;
      this.hint.hidden = !goesOn;
      this.live.classList.toggle("has-more", goesOn);
      if (goesOn) this.live.setAttribute("tabindex", "0");
      else this.live.removeAttribute("tabindex");
    }

    async embed(embed, spec, dark) {
      const { tpdl: themes, ...rest } = spec.usermeta;
      const config = { ...themes[dark ? "dark" : "light"], font: getComputedStyle(document.body).fontFamily };
      spec.usermeta = rest;
      this.holder.classList.add("is-live");   // before it is drawn: what is not shown has no width
      const options = { config, actions: false, renderer: "svg", defaultStyle: false, logLevel: ERRORS,
        tooltip: { theme: dark ? "dark" : "light" } };
      const result = await embed(this.live, spec, options);
      const drawing = this.live.querySelector("svg");
      drawing.setAttribute("aria-label", this.live.dataset.alt);
      drawing.setAttribute("role", "img");
      return result;
    }

    start() {
      const again = () => this.draw().catch((error) => {
        this.hint.hidden = true;
        this.holder.classList.remove("is-live");   // the picture is better than nothing
        console.warn("tpdl: a chart stays a picture:", error);
      });
      let waiting = null;
      const soon = () => { clearTimeout(waiting); waiting = setTimeout(again, WAIT); };
      new ResizeObserver(soon).observe(this.holder);
      const seen = new MutationObserver(again);
      seen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
      seen.observe(document.body, { attributes: true, attributeFilter: ["class"] });
      SYSTEM.addEventListener("change", again);
      again();
    }
  }

  function start() {
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        new Chart(entry.target).start();
      }
    }, { rootMargin: NEAR });
    for (const holder of document.querySelectorAll(".chart")) near.observe(holder);
  }
  if (!own) return;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
