/* The sources of a role as a list to drag. The text area beside it keeps the value: one line such as
   "on call: payments-primary" for each, in the order in which they are asked. */
"use strict";

(() => {
  const { element, button, say, standIn, handle, moved } = window.OncallLines;
  const KINDS = [
    ["on call", "Who is on call in", "schedules"],
    ["next on call", "Who is next on call in", "schedules"],
    ["first to join", "Who joins first", null],
    ["declarer", "Who declared the incident", null],
    ["person", "This person", "people"],
    ["team", "The least-loaded member of", "teams"],
    ["holder of", "Whoever holds", "roles"],
  ];
  const NAMES = { schedules: "Schedule", people: "Person", teams: "Team", roles: "Role" };

  const choicesOf = (kind) => (KINDS.find(([words]) => words === kind) || [])[2];

  /** Return the rows of `text`, or null where a line cannot be read: then the text is left to the person. */
  function read(text, offered) {
    const rows = text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
      const [words, ...rest] = line.split(":");
      return { kind: words.trim().toLowerCase().replace(/\s+/g, " "), name: rest.join(":").trim() };
    });
    const isKnown = ({ kind, name }) => {
      const choices = choicesOf(kind);
      return choices === null || (choices !== undefined && offered[choices].some(([value]) => value === name));
    };
    return rows.every(isKnown) ? rows : null;
  }

  function edit(area) {
    if (area.name.includes("__prefix__") || area.hidden) return;
    const offered = JSON.parse(area.dataset.sources);
    const rows = read(area.value, offered);
    if (rows === null) return;
    const box = standIn(area, "sources");
    const list = element("ol", { class: "lines-list" });
    const empty = element("p", { class: "lines-empty", text: "Nobody is asked: the role stays vacant until somebody takes it." });

    function write() {
      area.value = rows.map(({ kind, name }) => choicesOf(kind) ? `${kind}: ${name}` : kind).join("\n");
      area.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function changed() {
      write();
      draw();
    }

    function move(from, to) {
      const place = moved(rows, from, to);
      changed();
      list.children[place].querySelector(".lines-grip").focus();
      say(`${rows[place].kind} ${rows[place].name}: place ${place + 1} of ${rows.length}`);
    }

    function select(label, options, value, onChange) {
      const made = element("select", {
        "aria-label": label,
        children: options.map(([each, text]) => element("option", { value: each, text, selected: each === value })),
      });
      made.addEventListener("change", () => onChange(made.value));
      return made;
    }

    function firstOf(kind) {
      const choices = choicesOf(kind);
      return choices && offered[choices].length ? offered[choices][0][0] : "";
    }

    function drawn(row, place) {
      const made = element("li", { class: "lines-row" });
      const choices = choicesOf(row.kind);
      const who = element("span", { class: "lines-who", children: [
        select("Whom to ask", KINDS, row.kind, (kind) => {
          if (choicesOf(kind) !== choices) row.name = firstOf(kind);
          row.kind = kind;
          changed();
        }),
      ] });
      if (choices) {
        who.append(select(NAMES[choices], offered[choices], row.name, (name) => {
          row.name = name;
          write();
        }));
      }
      made.append(
        handle(made, move, `source ${place + 1}`),
        element("span", { class: "lines-place", text: place === 0 ? "1st" : `${place + 1}.` }),
        who,
        element("span", { class: "lines-tools", children: [
          button("↑", "Ask earlier", () => move(place, place - 1), { disabled: place === 0 }),
          button("↓", "Ask later", () => move(place, place + 1), { disabled: place === rows.length - 1 }),
          button("×", "Remove this source", () => {
            rows.splice(place, 1);
            changed();
          }, { class: "lines-remove" }),
        ] }),
      );
      return made;
    }

    function draw() {
      empty.hidden = rows.length > 0;
      list.replaceChildren(...rows.map(drawn));
    }

    const adding = KINDS.filter(([, , choices]) => choices === null || offered[choices].length > 0).map(([kind]) =>
      button(`+ ${kind}`, `Add: ${kind}`, () => {
        rows.push({ kind, name: firstOf(kind) });
        changed();
      }, { class: "lines-add" }));
    box.append(list, empty, element("div", { class: "lines-more", children: adding }));
    draw();
  }

  const start = (within) => within.querySelectorAll("textarea[data-sources]").forEach(edit);
  // Django's script adds a row of the formset and says so.
  document.addEventListener("formset:added", (event) => start(event.target));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(document));
  else start(document);
})();
