// Opens the form that changes a shift on the timeline itself, and shows a phone the part of the drawing that is now.
"use strict";

(() => {
  const dialog = () => document.getElementById("change-dialog");

  async function open(link) {
    await htmx.ajax("GET", link.getAttribute("href"), { target: "#change", swap: "innerHTML" });
    // Where the form did not come, the press leads to it as any link does.
    if (!document.getElementById("change-title")) return location.assign(link.href.baseVal ?? link.href);
    dialog().showModal();
    dialog().querySelector("input:checked, .button")?.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-change]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (link && isPlain && dialog()) {
      event.preventDefault();
      open(link);
    }
    // Cancel, or a press beside the form.
    if (dialog()?.open && (event.target.closest("[data-close]") || event.target === dialog())) {
      event.preventDefault();
      dialog().close();
    }
  });

  window.addEventListener("beforeprint", () => { document.getElementById("as-table").open = true; });

  document.addEventListener("DOMContentLoaded", () => {
    if (!matchMedia("(min-width: 48rem)").matches) {
      document.querySelectorAll("[data-open-on-phones]").forEach((details) => { details.open = true; });
    }
    const now = document.querySelector(".now-line line");
    const sheet = now?.closest(".scrolled");
    if (sheet) sheet.scrollLeft = now.getBBox().x - sheet.clientWidth / 3;
  });
})();
