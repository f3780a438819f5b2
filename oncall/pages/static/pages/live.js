// Keeps a page with live sections honest: rests while nobody looks, counts deadlines down, says when it is out of date.
"use strict";

(() => {
  const title = document.title;
  // What is preserved is moved: newer browsers move a field with its focus and its keyboard, the list of a select none.
  const IN_USE = "moveBefore" in Element.prototype ? "select:focus" : ":is(input, textarea, select):focus";
  let serverAhead = 0;
  let lastAnswer = new Date();

  const sections = () => document.querySelectorAll("[hx-trigger*='every']");
  const isPoll = (event) => event.detail.requestConfig.verb === "get";

  function refresh(except) {
    sections().forEach((section) => section === except || htmx.trigger(section, "refresh"));
  }

  function tick() {
    document.querySelectorAll("time[data-deadline]").forEach((time) => {
      const left = Math.round((new Date(time.dateTime) - Date.now() - serverAhead) / 1000);
      const starts = time.dataset.deadline === "starts";
      const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left <= 0) time.textContent = starts ? "Now" : "time is up";
      else if (left < 3600) time.textContent = starts ? `In ${clock}` : `${clock} left`;
    });
  }

  // A screen reader hears a sentence when the sentence changes, not the whole section at every poll.
  function tell() {
    const section = document.querySelector("[data-news]");
    if (!section) return;
    serverAhead = new Date(section.dataset.now) - Date.now();
    const news = document.getElementById("news");
    if (news.textContent !== section.dataset.news) news.textContent = section.dataset.news;
    const waiting = Number(section.dataset.waiting);
    document.title = waiting ? `(${waiting}) ${title}` : title;
    tick();
  }

  function late(isLate) {
    const strip = document.getElementById("late");
    if (strip.hidden !== isLate) return;
    document.getElementById("late-since").textContent = lastAnswer.toLocaleTimeString([], { timeStyle: "short" });
    strip.hidden = !isLate;
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isPoll(event) && document.hidden) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    // A refusal comes with the part it belongs to; any other page that is not a part would not fit into one.
    event.detail.shouldSwap = xhr.status < 500 && xhr.getResponseHeader("Oncall-Part") !== null;
    if (!event.detail.shouldSwap && xhr.status >= 400 && xhr.status < 500) location.reload();
    // A poll must not take a button away between press and release, nor a field from under somebody's fingers.
    if (isPoll(event) && target.querySelector(`button:active, ${IN_USE}`)) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterSettle", tell);

  document.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr.status;
    if (status > 0 && status < 500) lastAnswer = new Date();
    late(status === 0 || status >= 500);
    // What was pressed in one section may show in another.
    if (isPoll(event)) return;
    const section = document.getElementById(event.detail.target.id);
    refresh(section);
    // The button that was pressed may be gone; whoever uses the keyboard goes on from where it was.
    if (section && document.activeElement === document.body) {
      section.tabIndex = -1;
      section.focus({ preventScroll: true });
    }
    document.querySelector(".strip.refused:not([hidden])")?.scrollIntoView({ block: "nearest" });
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-dismiss]");
    if (!link) return;
    event.preventDefault();
    link.parentElement.hidden = true;
  });

  document.addEventListener("DOMContentLoaded", tell);
  setInterval(tick, 1000);
})();
