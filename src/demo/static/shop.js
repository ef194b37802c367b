// On every page: says in the footer how long the page took, as the browser itself measured it.

addEventListener("load", () => {
  // The entry's end is known only after this event.
  setTimeout(() => {
    const [page] = performance.getEntriesByType("navigation");
    if (!page) return;
    const line = document.getElementById("load-time");
    line.textContent = `Loaded in ${Math.round(page.loadEventEnd)} ms.`;
  });
});
