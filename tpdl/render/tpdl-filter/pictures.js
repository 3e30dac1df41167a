// What a reader can do with pictures: open them large, flick between two that belong together, go through a sequence,
// read a plot point by point, and see that a wide sheet goes on. Without this script the page shows all of it, one beside the other.
"use strict";

(function () {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const one = matchMedia("(scripting: enabled)").matches;   // the style shows one frame at a time only where it is

  function loadAll(sheet) {
    for (const image of sheet.querySelectorAll("img")) image.loading = "eager";
  }

  // Loads what is not shown yet, and then calls `show`, unless something else is to be shown by then.
  function whenThere(images, isStillWanted, show) {
    for (const image of images) image.loading = "eager";
    const missing = images.filter((image) => !image.complete);
    if (!missing.length) return show();
    return Promise.all(missing.map((image) => image.decode().catch(() => {})))
      .then(() => { if (isStillWanted()) show(); });
  }

  // A finger or a mouse that moves sideways over the tiles does what the slider does. `move` gets a share of the width.
  function slideOnTiles(sheet, move) {
    let start = null, slid = false;
    sheet.classList.add("sheet-can-slide");
    const grid = sheet.querySelector(".sheet-grid");
    grid.addEventListener("pointerdown", (event) => {
      const frames = event.target.closest(".sheet-frames");
      slid = false;
      start = frames && event.button === 0 ? { x: event.clientX, frames } : null;
    });
    grid.addEventListener("pointermove", (event) => {
      if (!start || (event.pointerType === "mouse" && !event.buttons)) return;
      if (!slid && Math.abs(event.clientX - start.x) < 6) return;
      if (!slid) start.frames.setPointerCapture(event.pointerId);
      slid = true;
      const box = start.frames.getBoundingClientRect();
      move(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
    });
    for (const end of ["pointerup", "pointercancel"]) grid.addEventListener(end, () => { start = null; });
    grid.addEventListener("dragstart", (event) => event.preventDefault());   // the browser would drag the image away
    grid.addEventListener("click", (event) => {
      if (!slid) return;
      slid = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
  }

  function range(most, label) {
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: 0, max: most, step: 1 });
    input.setAttribute("aria-label", label);
    return input;
  }

  function pair(sheet, names) {
    const controls = sheet.querySelector(".sheet-controls");
    const input = range(100, `From ${names[0]} to ${names[1]}`);
    const buttons = names.map((name, i) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: name });
      button.addEventListener("click", () => set(100 * i));
      return button;
    });
    function set(at) {
      input.value = at;
      sheet.style.setProperty("--at", `${at}%`);
      sheet.classList.toggle("is-between", at > 0 && at < 100);
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(at === 100 * i)));
      input.setAttribute("aria-valuetext", at === 0 ? names[0] : at === 100 ? names[1] : `${at} % ${names[1]}`);
    }
    input.addEventListener("input", () => set(Number(input.value)));
    // Arrow keys flick; the other keys of a slider (page up and down, home, end) do what they do everywhere.
    controls.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: 0, ArrowDown: 0, ArrowRight: 100, ArrowUp: 100 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      set(to);
      if (event.target !== input) buttons[to / 100].focus();
    });
    controls.append(buttons[0], input, buttons[1]);
    if (!goesOn(sheet)) slideOnTiles(sheet, (share) => set(Math.round(100 * share)));
    set(0);
    // The browser takes what is covered for what is out of sight, and would fetch it only when it is uncovered.
    const near = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      loadAll(sheet);
      near.disconnect();
    }, { rootMargin: "300px" });
    near.observe(sheet);
  }

  function sequence(sheet, names) {
    const controls = sheet.querySelector(".sheet-controls");
    const what = sheet.dataset.frameLabel;
    const input = range(names.length - 1, what || "Frame");
    const tiles = [...sheet.querySelectorAll(".sheet-frames")].map((frames) => [...frames.children]);
    const output = document.createElement("output");
    const label = document.createElement("label");
    label.textContent = what;
    input.id = `frames-${sequence.count = (sequence.count || 0) + 1}`;
    label.htmlFor = output.htmlFor = input.id;
    function set(index) {
      input.value = index;
      output.textContent = names[index];
      input.setAttribute("aria-valuetext", [what, names[index]].filter(Boolean).join(" "));
      const images = tiles.map((frames) => frames[index].querySelector("img"));
      whenThere(images, () => Number(input.value) === index, () => {
        tiles.forEach((frames) => frames.forEach((frame, i) => frame.classList.toggle("shown", i === index)));
      });
    }
    input.addEventListener("input", () => set(Number(input.value)));
    // Who reaches for the slider wants all frames soon.
    for (const event of ["pointerenter", "focus"]) {
      input.addEventListener(event, () => loadAll(sheet), { once: true });
    }
    controls.append(label, input, output);
    if (!goesOn(sheet)) slideOnTiles(sheet, (share) => set(Math.round(share * (names.length - 1))));
    input.value = names.length - 1;
    output.textContent = names[names.length - 1];
    input.setAttribute("aria-valuetext", [what, output.textContent].filter(Boolean).join(" "));
  }

  // A plot tells what its points are: to a slider, to the pointer and to a finger that moves sideways.
  function readings(room) {
    const points = { wide: JSON.parse(room.dataset.wide), narrow: JSON.parse(room.dataset.narrow) };
    const links = [...room.parentNode.querySelectorAll("a.lightbox")];
    const input = range(points.wide.length - 1, "Point of the plot"), output = document.createElement("output");
    const mark = document.createElement("span");
    mark.className = "reading-mark";
    output.textContent = "Point at the plot, or move the slider, to read its values.";
    const shown = () => links.find((link) => link.getClientRects().length);
    const image = () => shown().querySelector("img");
    const here = () => image().classList.contains("narrow-content") ? points.narrow : points.wide;

    function set(index) {
      const [left, top, words] = here()[index], picture = image();
      input.value = index;
      output.textContent = words;
      input.setAttribute("aria-valuetext", words);
      shown().append(mark);
      mark.style.left = `${picture.offsetLeft + left * picture.clientWidth}px`;
      mark.style.top = `${picture.offsetTop + top * picture.clientHeight}px`;
      return index;
    }

    // The nearest point; beside each other is nearer than above each other, as one reads along a curve.
    function nearest(event) {
      const box = image().getBoundingClientRect();
      const x = event.clientX - box.left, y = event.clientY - box.top;
      const far = here().map(([left, top]) => Math.hypot(left * box.width - x, (top * box.height - y) / 2));
      const least = Math.min(...far);
      return least < 48 ? far.indexOf(least) : -1;
    }

    let start = null, slid = false;
    for (const link of links) {
      link.classList.add("has-readings");
      link.addEventListener("pointerdown", (event) => { start = event; slid = false; });
      link.addEventListener("pointermove", (event) => {
        if (event.pointerType !== "mouse" && start && Math.abs(event.clientX - start.clientX) > 6) slid = true;
        if (event.pointerType !== "mouse" && !slid) return;
        const index = nearest(event);
        if (index >= 0) set(index);
      });
      link.addEventListener("dragstart", (event) => event.preventDefault());
      link.addEventListener("click", (event) => {
        if (!slid) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      }, true);
    }
    input.addEventListener("input", () => set(Number(input.value)));
    input.addEventListener("focus", () => set(Number(input.value)));
    new ResizeObserver(() => { if (mark.isConnected) set(Number(input.value)); }).observe(room.parentNode);
    input.value = 0;
    room.append(input, output);
  }

  // A sheet that has no room scrolls sideways: that is said, and the keyboard can do it.
  const goesOn = (sheet) => {
    const scroll = sheet.querySelector(".sheet-scroll");
    return scroll.scrollWidth > scroll.clientWidth + 1;
  };
  function hint(sheet) {
    const scroll = sheet.querySelector(".sheet-scroll");
    const words = document.createElement("p");
    words.className = "sheet-hint";
    words.textContent = "scroll sideways for more →";
    function look() {
      const more = goesOn(sheet);
      const atEnd = scroll.scrollLeft + scroll.clientWidth > scroll.scrollWidth - 2;
      scroll.classList.toggle("has-more", more && !atEnd);
      if (!more) { words.remove(); scroll.removeAttribute("tabindex"); scroll.removeAttribute("role"); return; }
      if (!words.isConnected) scroll.after(words);
      scroll.setAttribute("tabindex", "0");
      scroll.setAttribute("role", "group");
      scroll.setAttribute("aria-label", sheet.getAttribute("aria-label") || "Images");
    }
    scroll.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(scroll);
    look();
  }

  // The lightbox is GLightbox. Quarto makes one of its own; elsewhere it is made here, as Quarto makes it.
  function lightbox() {
    if (!window.GLightbox || !document.querySelector("a.lightbox")) return;
    const box = window.lightboxQuarto ||
      window.GLightbox({ selector: ".lightbox", openEffect: "zoom", closeEffect: "zoom", descPosition: "bottom" });
    if (calm) Object.assign(box.settings, { openEffect: "none", closeEffect: "none", slideEffect: "none" });
    let opener = null;

    // The name of a frame with what it counts, as in "iterations 10,000".
    function frameName(sheet, frame) {
      const name = frame.querySelector(".sheet-frame-name");
      const copy = name && name.cloneNode(true), what = sheet.dataset.frameLabel;
      if (copy && what) (copy.querySelector("p") || copy).prepend(`${what} `);
      return copy;
    }

    // What stands below the large picture: the label of a tile, the caption of anything else, with their markup.
    function words(link) {
      const tile = link.closest(".sheet-tile"), frame = link.closest(".sheet-frame");
      const parts = tile ? [tile.querySelector(".sheet-label"), frameName(link.closest(".sheet"), frame)]
        : [(link.closest("figure") || link.closest(".picture") || link).querySelector("figcaption, .caption")];
      return parts.filter(Boolean).map((part) => part.innerHTML.replace(/ id="[^"]*"/g, "")).join(" · ");
    }

    box.on("slide_before_load", ({ slideNode, slideConfig, trigger }) => {
      const image = trigger.querySelector("img");
      if (!image) return;
      opener = opener || trigger;
      const drawing = /\.svg$/.test(trigger.pathname);
      // On a phone a plot fills the window, and its caption, which stands on the page below it, would lie over it.
      slideConfig.title = drawing && innerWidth < 640 ? "" : words(trigger);
      slideConfig.alt = image.alt;
      slideConfig.zoomable = false;   // it is as large as it gets
      const width = Number(image.getAttribute("width")) || image.naturalWidth;
      const height = Number(image.getAttribute("height")) || image.naturalHeight;
      if (!width || !height) return;
      const fits = Math.min(0.94 * innerWidth / width, 0.74 * innerHeight / height);
      const pixelated = image.classList.contains("pixelated");
      const scale = pixelated ? Math.max(1, Math.floor(fits)) : drawing ? fits : Math.min(fits, 3);
      const media = slideNode.querySelector(".gslide-media");
      media.classList.add("tpdl-enlarged");
      media.style.setProperty("--enlarged", `${Math.floor(scale * width)}px`);
      media.style.imageRendering = pixelated ? "pixelated" : "";
    });
    box.on("slide_after_load", ({ slideNode, trigger }) => {
      const shown = slideNode.querySelector(".gslide-media img"), image = trigger.querySelector("img");
      if (!shown || !image) return;
      shown.removeAttribute("aria-labelledby");   // its alternative text says more
      const marks = trigger.parentNode.querySelectorAll(".sheet-marks, .sheet-mark");
      shown.after(...[...marks].map((mark) => mark.cloneNode(true)));
    });
    box.on("open", () => {
      const dialog = document.getElementById("glightbox-body");
      dialog.setAttribute("aria-label", "Picture");
      dialog.setAttribute("aria-modal", "true");
      // GLightbox keeps the focus among its buttons as soon as one of them has this class.
      const close = dialog.querySelector(".gclose");
      close.classList.add("focused");
      close.focus();
    });
    box.on("close", () => {
      if (opener) opener.focus({ preventScroll: true });
      opener = null;
    });
  }

  function start() {
    for (const sheet of document.querySelectorAll(".sheet")) {
      const names = JSON.parse(sheet.dataset.frames || "[]");
      if (one && names.length === 2) pair(sheet, names);
      if (one && names.length > 2) sequence(sheet, names);
      hint(sheet);
    }
    if (one) for (const room of document.querySelectorAll(".readings")) readings(room);
    if (calm) for (const video of document.querySelectorAll("video.video")) video.loop = false;
    lightbox();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
