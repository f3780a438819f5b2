/* The order of a rotation as a list to drag. The text area beside it keeps the value: one line per turn, commas
   between people who share it, a dash for nobody, "(shadow)" after an address. */
"use strict";

(() => {
  const { element, button, say, standIn, handle, moved } = window.OncallLines;
  const HOLE = "—";
  const SHADOW = "(shadow)";

  const isHole = (line) => [HOLE, "–", "-"].includes(line);

  function read(text) {
    return text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => isHole(line) ? [] :
      line.split(",").map((piece) => piece.trim()).filter(Boolean).map((piece) => {
        const shadow = piece.toLowerCase().endsWith(SHADOW);
        return { email: (shadow ? piece.slice(0, -SHADOW.length) : piece).trim().toLowerCase(), shadow };
      }));
  }

  function written(slots) {
    return slots.map((slot) => slot.length === 0 ? HOLE :
      slot.map((member) => member.shadow ? `${member.email} ${SHADOW}` : member.email).join(", ")).join("\n");
  }

  function edit(area) {
    const people = JSON.parse(area.dataset.people);
    const byEmail = new Map(people.map((person) => [person.email, person]));
    const byLabel = new Map(people.map((person) => [`${person.name} <${person.email}>`.toLowerCase(), person]));
    const nameOf = (email) => (byEmail.get(email) || { name: email }).name;
    const slots = read(area.value);

    const box = standIn(area, "order");
    const list = element("ol", { class: "lines-list" });
    const empty = element("p", { class: "lines-empty", text: "Nobody yet. Add whoever is on call first." });
    const offered = element("div", { class: "lines-offered" });
    const choices = element("datalist", { id: `${area.id}_people` });
    for (const person of people.filter((person) => person.active)) {
      choices.append(element("option", { value: `${person.name} <${person.email}>` }));
    }

    /** Return the address meant by what was typed: a choice of the list, an address, or a name that only one has. */
    function found(typed) {
      const text = typed.trim().toLowerCase();
      if (byLabel.has(text)) return byLabel.get(text).email;
      if (byEmail.has(text)) return text;
      const named = people.filter((person) => person.active && person.name.toLowerCase().includes(text));
      return text && named.length === 1 ? named[0].email : null;
    }

    function changed(focus) {
      area.value = written(slots);
      area.dispatchEvent(new Event("change", { bubbles: true }));
      draw();
      if (focus) focus();
    }

    function focusGrip(place) {
      const row = list.children[place];
      if (row) row.querySelector(".lines-grip").focus();
    }

    function move(from, to) {
      const place = moved(slots, from, to);
      changed(() => focusGrip(place));
      say(`${described(slots[place])}: place ${place + 1} of ${slots.length}`);
    }

    const described = (slot) => slot.map((member) => nameOf(member.email)).join(" and ") || "Nobody";

    function put(slot, email) {
      if (!slot.some((member) => member.email === email)) slot.push({ email, shadow: false });
    }

    /** Return an input that finds a person; `take(email)` gets each. */
    function finder(label, take) {
      const input = element("input", {
        type: "text", list: choices.id, placeholder: label, "aria-label": label, autocomplete: "off", class: "lines-find",
      });
      const accept = (isFinal) => {
        const email = isFinal ? found(input.value) : (byLabel.get(input.value.trim().toLowerCase()) || {}).email;
        if (email) {
          input.value = "";
          take(email);
        } else if (isFinal && input.value.trim()) {
          say(`No single person fits ${input.value}.`);
        }
      };
      input.addEventListener("input", () => accept(false));
      input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        accept(true);
      });
      return input;
    }

    function chip(slot, member) {
      const person = byEmail.get(member.email);
      const note = !person ? " (unknown)" : person.active ? "" : " (deactivated)";
      return element("span", {
        class: `lines-chip${member.shadow ? " is-shadow" : ""}${note ? " is-wrong" : ""}`,
        title: member.email,
        children: [
          element("span", { text: nameOf(member.email) + note }),
          button("shadow", `${nameOf(member.email)} only watches`, () => {
            member.shadow = !member.shadow;
            changed();
          }, { class: "lines-toggle", "aria-pressed": String(member.shadow) }),
          button("×", `Take ${nameOf(member.email)} out`, () => {
            slot.splice(slot.indexOf(member), 1);
            if (slot.length === 0) slots.splice(slots.indexOf(slot), 1);
            changed();
          }, { class: "lines-remove" }),
        ],
      });
    }

    function row(slot, place) {
      const made = element("li", { class: "lines-row" });
      const who = element("span", { class: "lines-who" });
      if (slot.length === 0) who.append(element("span", { class: "lines-hole", text: "Nobody: a turn left empty on purpose" }));
      who.append(...slot.map((member) => chip(slot, member)));
      const share = button("+ share", `Share the turn of ${described(slot)} with somebody`, () => {
        const input = finder("Share with…", (email) => {
          put(slot, email);
          changed(() => focusGrip(slots.indexOf(slot)));
        });
        share.replaceWith(input);
        input.focus();
      }, { class: "lines-add" });
      if (slot.length) who.append(share);
      made.append(
        handle(made, move, described(slot)),
        element("span", { class: "lines-place", text: place === 0 ? "1st" : `${place + 1}.` }),
        who,
        element("span", { class: "lines-tools", children: [
          button("↑", `Move ${described(slot)} up`, () => move(slots.indexOf(slot), slots.indexOf(slot) - 1), { disabled: place === 0 }),
          button("↓", `Move ${described(slot)} down`, () => move(slots.indexOf(slot), slots.indexOf(slot) + 1),
            { disabled: place === slots.length - 1 }),
          button("×", `Remove the turn of ${described(slot)}`, () => {
            slots.splice(slots.indexOf(slot), 1);
            changed();
          }, { class: "lines-remove" }),
        ] }),
      );
      return made;
    }

    function append(email) {
      slots.push([{ email, shadow: false }]);
      changed();
      say(`${nameOf(email)}: place ${slots.length}`);
    }

    function drawOffered() {
      const used = new Set(slots.flat().map((member) => member.email));
      const team = people.filter((person) => person.team && person.active && !used.has(person.email));
      offered.replaceChildren(...team.map((person) => button(`+ ${person.name}`, `Add ${person.name}`, () => append(person.email),
        { class: "lines-add" })));
      if (team.length > 1) {
        offered.prepend(button("+ Everyone of the team", "Add everyone of the team", () => {
          slots.push(...team.map((person) => [{ email: person.email, shadow: false }]));
          changed();
        }, { class: "lines-add is-first" }));
      }
    }

    function draw() {
      empty.hidden = slots.length > 0;
      list.replaceChildren(...slots.map(row));
      drawOffered();
    }

    const find = finder("Add a person by name…", (email) => {
      append(email);
      find.focus();
    });
    box.append(list, empty, offered, element("div", { class: "lines-more", children: [
      find,
      button("+ Empty turn", "Add a turn of nobody", () => {
        slots.push([]);
        changed();
      }, { class: "lines-add" }),
    ] }), choices);
    draw();
  }

  const start = () => document.querySelectorAll("textarea[data-people]").forEach(edit);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
