// What a page does beyond showing text: theme, menu of chapters on a phone, search, and where the reader is.
"use strict";

(function () {
  const script = document.currentScript;
  const root = script.dataset.root;
  const find = (selector) => document.querySelector(selector);

  // Theme: the button's choice is remembered; without one the page follows the system, also when that changes.
  const themeButton = find(".theme-button");
  const remembered = () => { try { return localStorage.getItem("theme"); } catch (error) { return null; } };
  function showTheme(theme) {
    document.documentElement.dataset.theme = theme;
    themeButton.setAttribute("aria-pressed", String(theme === "dark"));
  }
  showTheme(document.documentElement.dataset.theme);
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", theme); } catch (error) { /* the choice lasts as long as the page */ }
    showTheme(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (!remembered()) showTheme(event.matches ? "dark" : "light");
  });

  // Chapters on a narrow screen.
  const menuButton = find(".menu-button");
  menuButton.hidden = false;
  function openMenu(open) {
    document.body.classList.toggle("menu-open", open);
    menuButton.setAttribute("aria-expanded", String(open));
  }
  menuButton.addEventListener("click", () => openMenu(!document.body.classList.contains("menu-open")));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") openMenu(false); });

  // Tabs: one pane is shown; arrow keys go from tab to tab, and tabs of one group are chosen together.
  document.querySelectorAll(".panel-tabset").forEach((tabset, nth) => {
    const panes = [...tabset.querySelectorAll(":scope > .tab-pane")];
    const tabList = document.createElement("div");
    tabList.className = "tab-list";
    tabList.setAttribute("role", "tablist");
    const tabs = panes.map((pane, at) => {
      const title = pane.querySelector(":scope > .tab-title");
      const tab = document.createElement("button");
      tab.type = "button";
      tab.append(...title.querySelector("p").childNodes);
      title.remove();
      tab.id = `tab-${nth}-${at}`;
      pane.id = `tab-pane-${nth}-${at}`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", pane.id);
      pane.setAttribute("role", "tabpanel");
      pane.setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => choose(at, true));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = (at + step + tabs.length) % tabs.length;
        choose(next, true);
        tabs[next].focus();
      });
      return tab;
    });
    tabset.show = (name) => {
      const at = tabs.findIndex((tab) => tab.textContent === name);
      if (at >= 0) choose(at, false);
    };
    function choose(chosen, tellOthers) {
      tabs.forEach((tab, at) => {
        tab.setAttribute("aria-selected", String(at === chosen));
        tab.tabIndex = at === chosen ? 0 : -1;
        panes[at].hidden = at !== chosen;
      });
      const group = tabset.getAttribute("group") || tabset.dataset.group;
      if (!group || !tellOthers) return;
      for (const other of document.querySelectorAll(".panel-tabset")) {
        if ((other.getAttribute("group") || other.dataset.group) === group) other.show(tabs[chosen].textContent);
      }
    }
    if (!panes.length) return;
    tabList.append(...tabs);
    tabset.prepend(tabList);
    choose(0, false);
  });
  function showTabOf(hash) {
    const target = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
    const pane = target && target.closest(".tab-pane");
    if (!pane || !pane.hidden) return;
    document.getElementById(pane.getAttribute("aria-labelledby")).click();
    target.scrollIntoView();
  }
  addEventListener("hashchange", () => showTabOf(location.hash));
  showTabOf(location.hash);

  // Contents: mark the section in view.
  const links = [...document.querySelectorAll(".contents a[href^='#']")];
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1)))).filter(Boolean);
  if (sections.length) {
    const mark = () => {
      const line = innerHeight * 0.25;
      let current = 0;
      sections.forEach((section, i) => { if (section.getBoundingClientRect().top < line) current = i; });
      links.forEach((link, i) => {
        if (i === current) link.setAttribute("aria-current", "location"); else link.removeAttribute("aria-current");
      });
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  // A formula or listing that is too wide scrolls; then the keyboard has to reach it.
  const wide = [...document.querySelectorAll("math[display='block'], pre")];
  const reach = () => wide.forEach((element) => {
    if (element.scrollWidth > element.clientWidth) element.setAttribute("tabindex", "0");
    else element.removeAttribute("tabindex");
  });
  addEventListener("resize", reach, { passive: true });
  reach();

  // Search: the index is loaded when it is first needed, as a script, because that works from a file too.
  const dialog = find("dialog.search");
  const input = dialog.querySelector("input");
  const list = dialog.querySelector(".search-results");
  const state = dialog.querySelector(".search-state");
  const searchButton = find(".search-button");
  searchButton.hidden = false;

  function loadIndex() {
    if (window.tpdlSearch) return Promise.resolve(window.tpdlSearch);
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = `${root}/site_libs/tpdl/search.js?v=${script.dataset.version}`;
      element.onload = () => resolve(window.tpdlSearch);
      element.onerror = reject;
      document.head.append(element);
    });
  }

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // Every word has to occur; a word in a title counts ten times as much as one in the text.
  function search(entries, query) {
    const words = fold(query).split(/\s+/).filter(Boolean);
    return entries
      .map((entry) => {
        const title = fold(`${entry.chapter} ${entry.title}`), text = fold(entry.text);
        let score = 0;
        for (const word of words) {
          const found = (title.includes(word) ? 10 : 0) + Math.min(text.split(word).length - 1, 5);
          if (!found) return null;
          score += found;
        }
        return { entry, score, words };
      })
      .filter(Boolean)
      .sort((a, b) => b.score - a.score)
      .slice(0, 12);
  }

  function excerpt(text, words) {
    const folded = fold(text);
    const positions = words.map((word) => folded.indexOf(word)).filter((position) => position >= 0);
    const at = Math.max(0, Math.min(...positions) - 50);
    const start = Number.isFinite(at) ? at : 0;
    return (start ? "…" : "") + text.slice(start, start + 160) + (text.length > start + 160 ? "…" : "");
  }

  function marked(text, words) {
    const paragraph = document.createElement("p");
    const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
    for (const part of text.split(pattern)) {
      if (words.includes(fold(part))) {
        const mark = document.createElement("mark");
        mark.textContent = part;
        paragraph.append(mark);
      } else {
        paragraph.append(part);
      }
    }
    return paragraph;
  }

  function show(found) {
    list.replaceChildren(...found.map(({ entry, words }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${root}/${entry.page}${entry.id ? "#" + entry.id : ""}`;
      link.addEventListener("click", () => dialog.close());
      const title = document.createElement("strong");
      title.textContent = entry.title === entry.chapter ? entry.chapter : `${entry.chapter} › ${entry.title}`;
      link.append(title, marked(excerpt(entry.text, words), words));
      item.append(link);
      return item;
    }));
    state.textContent = input.value.trim() ? (found.length ? `${found.length} found` : "Nothing found") : "";
  }

  function openSearch() {
    dialog.showModal();
    input.select();
    loadIndex().then(() => update(), () => { state.textContent = "The search index cannot be loaded."; });
  }
  const update = () => {
    if (window.tpdlSearch) show(input.value.trim() ? search(window.tpdlSearch, input.value) : []);
  };

  searchButton.addEventListener("click", openSearch);
  input.addEventListener("input", update);
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // it would only empty the field
    dialog.close();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    const first = list.querySelector("a");
    if (event.submitter === null || document.activeElement !== input || !first) return;
    event.preventDefault();
    first.click();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      openSearch();
    }
  });
})();
