/* An override asks only for the people that its kind needs. */
"use strict";

(() => {
  const NEEDED = {
    replace: ["replaces", "person", "rotation"],
    add: ["person", "rotation"],
    remove: ["replaces", "rotation"],
    silence: [],
  };

  function follow(kind) {
    const rows = new Map(["replaces", "person", "rotation"].map((name) => [name, document.querySelector(`.form-row.field-${name}`)]));
    const show = () => {
      for (const [name, row] of rows) {
        const isNeeded = (NEEDED[kind.value] || []).includes(name);
        if (row) row.hidden = !isNeeded;
        const input = document.getElementById(`id_${name}`);
        if (input && !isNeeded) input.value = "";
      }
    };
    kind.addEventListener("change", show);
    show();
  }

  const start = () => {
    const kind = document.querySelector("select#id_kind");
    if (kind) follow(kind);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
