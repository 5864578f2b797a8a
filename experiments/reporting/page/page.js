"use strict";
(function () {
  const data = JSON.parse(document.getElementById("charts").textContent);
  const root = document.documentElement;
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => root.dataset.theme === "dark" || (!root.dataset.theme && media.matches);

  function look() {
    const ink = isDark() ? "#e6edf3" : "#1b1f24";
    const line = isDark() ? "#39424d" : "#d0d7de";
    return {
      background: "transparent",
      font: "system-ui, sans-serif",
      view: { stroke: line },
      axis: { labelColor: ink, titleColor: ink, gridColor: line, domainColor: ink, tickColor: ink, labelLimit: 220 },
      header: { labelColor: ink, titleColor: ink },
      legend: { labelColor: ink, titleColor: ink, orient: "bottom", columns: 3, labelLimit: 260 },
      title: { color: ink },
      text: { color: ink },
      rule: { color: ink },
      range: { category: isDark() ? data.colours.dark : data.colours.light },
    };
  }

  const views = [];
  function draw() {
    for (const view of views.splice(0)) view.finalize();
    for (const place of document.querySelectorAll(".chart")) {
      const spec = structuredClone(data.charts[place.dataset.chart]);
      const compiled = vegaLite.compile(spec, { config: look() }).spec;
      const parsed = vega.parse(compiled, null, { ast: true });
      place.replaceChildren();
      const view = new vega.View(parsed, {
        container: place,
        renderer: "svg",
        hover: true,
        expr: vegaInterpreter.expressionInterpreter,
      });
      view.description(place.dataset.words);
      views.push(view);
      view.runAsync();
    }
  }

  const value = (cell) => {
    const text = cell.textContent.trim().replaceAll(",", "").replace(/^< /, "");
    const number = parseFloat(text);
    return Number.isNaN(number) ? null : number;
  };
  function compare(one, other) {
    const [a, b] = [value(one), value(other)];
    if (a !== null && b !== null) return a - b;
    if (a !== null || b !== null) return a !== null ? -1 : 1;
    return one.textContent.localeCompare(other.textContent);
  }
  for (const head of document.querySelectorAll("table.sorts thead th")) {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = head.closest("table").tBodies[0];
      const place = head.cellIndex;
      const rows = Array.from(body.rows);
      rows.sort((a, b) => (down ? -1 : 1) * compare(a.cells[place], b.cells[place]));
      body.append(...rows);
    });
  }

  function filter(input) {
    const words = input.value.toLowerCase().split("|").map((word) => word.trim()).filter(Boolean);
    const table = document.getElementById(input.getAttribute("aria-controls"));
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const cells = Array.from(row.cells, (cell) => cell.textContent.toLowerCase());
      const fits = words.every((word) => cells.some((cell) => input.dataset.whole ? cell === word : cell.includes(word)));
      row.hidden = !fits;
      shown += fits;
    }
    document.getElementById(input.id + "-count").textContent = shown + " of " + table.tBodies[0].rows.length + " rows";
  }
  for (const input of document.querySelectorAll(".filter input")) {
    input.addEventListener("input", () => { delete input.dataset.whole; filter(input); });
  }
  for (const link of document.querySelectorAll("a[data-cells]")) {
    link.addEventListener("click", () => {
      const input = document.querySelector("#cells .filter input");
      if (!input) return;
      document.querySelector("#cells details").open = true;
      input.value = link.dataset.cells;
      input.dataset.whole = "yes";
      filter(input);
    });
  }

  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    draw();
  });
  media.addEventListener("change", draw);
  window.addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });
  for (const each of document.querySelectorAll("details")) {
    each.addEventListener("toggle", () => { if (each.open) window.dispatchEvent(new Event("resize")); });
  }
  draw();
})();
