/* The hours of the week of a rotation as rows of days and times. The text area beside it keeps the value: one line
   such as "mon tue wed thu fri 09:00-17:00" for each row. */
"use strict";

(() => {
  const { element, button, standIn } = window.OncallLines;
  const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const LINE = /^([a-z ,-]+?)\s+(\d\d?:\d\d)\s*(?:-|to)\s*(\d\d?:\d\d)$/i;

  function daysOf(text) {
    const days = new Set();
    for (const piece of text.toLowerCase().replace(/\s*-\s*/g, "-").replaceAll(",", " ").split(/\s+/).filter(Boolean)) {
      const [first, last = first] = piece.split("-");
      const start = DAYS.indexOf(first.slice(0, 3));
      const end = DAYS.indexOf(last.slice(0, 3));
      if (start < 0 || end < 0) return null;
      for (let day = start; ; day = (day + 1) % 7) {
        days.add(DAYS[day]);
        if (day === end) break;
      }
    }
    return days;
  }

  /** Return the rows of `text`, or null where a line cannot be read: then the text is left to the person. */
  function read(text) {
    const rows = [];
    for (const line of text.replaceAll("–", "-").split("\n").map((each) => each.trim()).filter(Boolean)) {
      const found = LINE.exec(line);
      const days = found && daysOf(found[1]);
      if (!days) return null;
      rows.push({ days, start: found[2].padStart(5, "0").replace("24:00", "00:00"), end: found[3].padStart(5, "0").replace("24:00", "00:00") });
    }
    return rows;
  }

  function edit(area) {
    const rows = read(area.value);
    if (rows === null) return;
    const box = standIn(area, "hours");
    const list = element("div", { class: "lines-list" });
    const always = element("p", { class: "lines-empty", text: "Always: every hour of the week." });

    function write() {
      area.value = rows.map((row) => `${DAYS.filter((day) => row.days.has(day)).join(" ")} ${row.start}-${row.end}`).join("\n");
      area.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function day(row, name) {
      const toggle = button(name, name, () => {
        row.days[row.days.has(name) ? "delete" : "add"](name);
        toggle.setAttribute("aria-pressed", String(row.days.has(name)));
        write();
      }, { class: "lines-toggle", "aria-pressed": String(row.days.has(name)) });
      return toggle;
    }

    function clock(row, which, label) {
      const input = element("input", { type: "time", value: row[which], "aria-label": label, required: true });
      input.addEventListener("input", () => {
        row[which] = input.value;
        write();
      });
      return input;
    }

    function drawn(row) {
      return element("div", { class: "lines-row", children: [
        element("span", { class: "lines-who", children: DAYS.map((name) => day(row, name)) }),
        element("span", { class: "lines-times", children: [
          clock(row, "start", "From"), element("span", { text: "–" }), clock(row, "end", "Until"),
        ] }),
        element("span", { class: "lines-tools", children: [button("×", "Remove these hours", () => {
          rows.splice(rows.indexOf(row), 1);
          write();
          draw();
        }, { class: "lines-remove" })] }),
      ] });
    }

    function draw() {
      always.hidden = rows.length > 0;
      list.replaceChildren(...rows.map(drawn));
    }

    function adding(text, days, start, end) {
      return button(text, text, () => {
        rows.push({ days: new Set(days), start, end });
        write();
        draw();
      }, { class: "lines-add" });
    }

    box.append(list, always, element("div", { class: "lines-more", children: [
      adding("+ Working hours", DAYS.slice(0, 5), "09:00", "17:00"),
      adding("+ Nights", DAYS, "17:00", "09:00"),
      adding("+ Weekend", DAYS.slice(5), "00:00", "00:00"),
    ] }));
    draw();
  }

  const start = () => document.querySelectorAll("textarea[data-hours]").forEach(edit);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
