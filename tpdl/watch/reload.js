// Put into every page by `tpdl watch`, never into a file: loads the page again when the server has a newer one.
(() => {
  const shown = document.currentScript.dataset.version;
  const news = new EventSource("/-/versions");
  news.onmessage = (message) => {
    if (message.data !== shown) {
      news.close();
      location.reload();
    }
  };
})();
