// Keeps a page with live sections honest: rests while nobody looks, counts deadlines down, says when it is out of date.
"use strict";

(() => {
  const title = document.title;
  let serverAhead = 0;
  let lastAnswer = new Date();

  const sections = () => document.querySelectorAll("[hx-trigger*='every']");
  const isPoll = (event) => event.detail.requestConfig.verb === "get";

  function refresh() {
    sections().forEach((section) => htmx.trigger(section, "refresh"));
  }

  function tick() {
    document.querySelectorAll("time[data-deadline]").forEach((time) => {
      const left = Math.round((new Date(time.dateTime) - Date.now() - serverAhead) / 1000);
      if (left <= 0) time.textContent = "time is up";
      else if (left < 3600) time.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
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
    // A poll must not take a button away between press and release.
    if (isPoll(event) && event.detail.target.querySelector("button:active")) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterSettle", tell);

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) lastAnswer = new Date();
    late(!event.detail.xhr || event.detail.xhr.status === 0 || event.detail.xhr.status >= 500);
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
