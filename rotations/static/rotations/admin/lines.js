/* What the list editors of the admin share: a list whose rows are moved by mouse, finger or keyboard, and small
   elements. Each editor stands beside a text area that stays the input of the form; without scripts it is used as is. */
"use strict";

window.OncallLines = (() => {
  let said = null;

  /** Return a new element; `attributes` may hold `text`, `on` (listeners by event) and `children`. */
  function element(name, attributes = {}) {
    const { text, on = {}, children = [], ...rest } = attributes;
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(rest)) {
      if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
    }
    if (text !== undefined) made.textContent = text;
    for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
    made.append(...children);
    return made;
  }

  /** Return a button that submits nothing; `label` is read aloud where `text` is only a sign. */
  function button(text, label, onClick, attributes = {}) {
    return element("button", {
      type: "button", text, title: label === text ? null : label, "aria-label": label, on: { click: onClick }, ...attributes,
    });
  }

  /** Say `text` to whoever listens to the page. */
  function say(text) {
    if (!said) {
      said = element("p", { class: "lines-said", role: "status", "aria-live": "polite" });
      document.body.append(said);
    }
    said.textContent = text;
  }

  /** Hide `area` behind an editor: return the element that takes its place, labelled as the area is. */
  function standIn(area, className) {
    const label = area.labels && area.labels[0];
    const box = element("div", { class: `lines ${className}`, role: "group" });
    if (label) {
      label.id = label.id || `${area.id}_label`;
      box.setAttribute("aria-labelledby", label.id);
    }
    area.hidden = true;
    // What explains the text is of no use to whoever does not see it.
    const help = document.getElementById(`${area.id}_helptext`);
    if (help) help.querySelectorAll(".lines-plain").forEach((each) => { each.hidden = true; });
    area.after(box);
    return box;
  }

  /** Return the handle by which a row is dragged, or moved with the arrow keys. `move(from, to)` does it. */
  function handle(row, move, label) {
    const grip = button("⠿", `Move ${label}: drag, or press the arrow keys`, () => {}, { class: "lines-grip" });
    const place = () => [...row.parentElement.children].indexOf(row);
    let from = 0;

    grip.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      move(place(), place() + step);
    });
    const follow = (event) => {
      const list = row.parentElement;
      const others = [...list.children].filter((other) => other !== row);
      const below = others.find((other) => {
        const box = other.getBoundingClientRect();
        return event.clientY < box.top + box.height / 2;
      });
      if ((below || null) !== row.nextElementSibling) list.insertBefore(row, below || null);
    };
    const drop = () => {
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", drop);
      document.removeEventListener("pointercancel", drop);
      row.classList.remove("lines-dragged");
      move(from, place());
    };
    grip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      grip.focus();
      from = place();
      row.classList.add("lines-dragged");
      // On the document: a grip that moves with its row loses the pointer it has captured.
      document.addEventListener("pointermove", follow);
      document.addEventListener("pointerup", drop);
      document.addEventListener("pointercancel", drop);
    });
    return grip;
  }

  /** Move one entry of `entries` in place; return where it came to stand. */
  function moved(entries, from, to) {
    const place = Math.max(0, Math.min(entries.length - 1, to));
    entries.splice(place, 0, ...entries.splice(from, 1));
    return place;
  }

  return { element, button, say, standIn, handle, moved };
})();
