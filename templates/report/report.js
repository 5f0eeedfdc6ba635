// What needs a script: one page at a time, search, sort, filters, the theme. Without it all is there.
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const views = all(".view");
  root.classList.add("js");

  // Which page is shown: that of the address, or that which holds what the address names.
  function show() {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name ? document.getElementById(name) : null;
    const view = (target && target.closest(".view")) || views[0];
    views.forEach((other) => { other.hidden = other !== view; });
    if (target && target !== view) {
      if (target.matches("details")) target.open = true;
      target.hidden = false;
      target.scrollIntoView();
      (target.querySelector("summary") || target).focus();
    } else {
      scrollTo(0, 0);
      if (name) document.getElementById("content").focus({ preventScroll: true });
    }
    const title = view.querySelector("h1");
    if (views.length > 1) document.title = `${title.firstChild.data.trim()} · assessment`;
  }
  addEventListener("hashchange", show);
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("content").focus();
  });

  const jump = document.querySelector(".jump");
  if (jump) {
    jump.hidden = false;
    jump.firstElementChild.addEventListener("change", (event) => {
      if (document.getElementById(`host-${event.target.value}`)) {
        location.hash = `host-${encodeURIComponent(event.target.value)}`;
        event.target.value = "";
      }
    });
  }

  // Light or dark, the reader's own choice first; kept where the browser allows it.
  const theme = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const label = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  try { root.dataset.theme = localStorage.getItem("migrator-theme") || ""; } catch { /* not allowed */ }
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("migrator-theme", root.dataset.theme); } catch { /* not allowed */ }
    label();
  });
  dark.addEventListener("change", label);
  label();

  // Tables: a button in each heading, numbers by value, ties as they were.
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  function value(row, column) {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent.trim();
  }
  function sort(table, column, ascending) {
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [value(row, column), row]);
    const numbers = keyed.every(([key]) => key === "" || !Number.isNaN(Number(key)));
    const order = numbers ? (a, b) => Number(a) - Number(b) : compare;
    keyed.sort(([a], [b]) => (ascending ? order(a, b) : order(b, a)));
    body.append(...keyed.map(([, row]) => row));
  }
  for (const table of all("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const first = heading.classList.contains("number") ? "descending" : "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        const next = heading.getAttribute("aria-sort") === first ? other : first;
        [...table.tHead.rows[0].cells].forEach((cell) => cell.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", next);
        sort(table, column, next === "ascending");
      });
    });
  }

  // Hosts: by words that all must be in the row, and by fit.
  const search = document.getElementById("search");
  if (search) {
    const rows = [...document.getElementById("hosts").tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const tiles = all(".tile");
    const filter = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = tiles.filter((tile) => tile.ariaPressed === "true").map((tile) => tile.dataset.fit);
      let count = 0;
      rows.forEach((row, number) => {
        const shown = words.every((word) => texts[number].includes(word))
          && (!fits.length || fits.includes(row.dataset.fit));
        row.hidden = !shown;
        count += shown;
      });
      search.form.querySelector("output").value =
        count === rows.length ? "" : `${count} of ${rows.length} hosts`;
    };
    search.form.hidden = false;
    search.form.addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", filter);
    for (const tile of tiles) {
      tile.disabled = false;
      tile.addEventListener("click", () => {
        tile.ariaPressed = String(tile.ariaPressed !== "true");
        filter();
      });
    }
  }

  // Findings: by text, family and level.
  for (const form of all(".filter")) {
    const findings = all(".finding", form.parentElement);
    const [text, family] = [form.querySelector("[type=search]"), form.querySelector("select")];
    const boxes = all("[type=checkbox]", form);
    const used = new Set(findings.map((finding) => finding.dataset.level));
    boxes.forEach((box) => { box.parentElement.hidden = !used.has(box.name); });
    const filter = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const levels = new Set(boxes.filter((box) => box.checked).map((box) => box.name));
      let count = 0;
      for (const finding of findings) {
        const { level, family: own } = finding.dataset;
        const content = words.length ? finding.textContent.toLowerCase() : "";
        const shown = levels.has(level) && (!family.value || own === family.value)
          && words.every((word) => content.includes(word));
        finding.hidden = !shown;
        count += shown;
      }
      form.querySelector("output").value =
        count === findings.length ? "" : `${count} of ${findings.length}`;
    };
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  // Maps: what belongs to the box under the pointer or with the focus.
  for (const map of all(".map")) {
    const [arcs, boxes] = [all(".arc", map), all(".box", map)];
    const light = (event) => {
      const box = event.target.closest(".box") || event.target.querySelector?.(":scope > .box");
      const name = box && box.dataset.name;
      const near = new Set([name]);
      for (const arc of arcs) {
        const on = name && (arc.dataset.source === name || arc.dataset.target === name);
        arc.classList.toggle("on", Boolean(on));
        if (on) near.add(arc.dataset.source).add(arc.dataset.target);
      }
      boxes.forEach((other) => other.classList.toggle("on", near.has(other.dataset.name)));
      map.classList.toggle("lit", Boolean(name));
    };
    map.addEventListener("mouseover", light);
    map.addEventListener("focusin", light);
    map.addEventListener("mouseleave", light);
  }

  // On paper nothing is folded: of the fleet all pages, of a host its own.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    folded.forEach((details) => { details.open = true; });
    const whole = views.length && !views[0].hidden;
    views.forEach((view) => view.classList.toggle("printed", whole));
  });
  addEventListener("afterprint", () => folded.forEach((details) => { details.open = false; }));

  addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    const view = views.find((each) => !each.hidden);
    const field = view && view.querySelector("[type=search]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && field) {
      event.preventDefault();
      field.focus();
    }
  });
  show();
})();
