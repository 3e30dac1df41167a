// What is folded opens for a link that leads into it, and all of it for print.
"use strict";

(function () {
  function openFor(address) {
    const target = address && document.getElementById(decodeURIComponent(address.slice(1)));
    if (!target) return;
    let opened = false;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      opened = opened || !fold.open;
      fold.open = true;
    }
    if (opened) target.scrollIntoView();
  }

  addEventListener("hashchange", () => openFor(location.hash));
  // A click on a link to where the page is already changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) openFor(link.hash);
  });
  const start = () => openFor(location.hash);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.in-depth:not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => { for (const fold of closed) fold.open = false; });
})();
