// The picture of a page: zoomed to a value, searched by typing, read from by drawing a box.
"use strict";
po.paper = (() => {
  let sheet, image, base, whole, number, asked = 0;
  const pages = new Map(); // number → promise of what stands on it
  let hits = [], best = null;

  const SVG = "http://www.w3.org/2000/svg";
  const box = (r, kind) => {
    const made = document.createElementNS(SVG, "rect");
    made.setAttribute("x", r[0] - 1); made.setAttribute("y", r[1] - 1);
    made.setAttribute("width", r[2] - r[0] + 2); made.setAttribute("height", r[3] - r[1] + 2);
    made.setAttribute("class", kind);
    return made;
  };
  const clear = (kind) => { for (const r of sheet.querySelectorAll(`rect.${kind}`)) r.remove(); };
  const size = () => whole.split(" ").slice(2).map(Number);

  function init(main) {
    sheet = main.querySelector("#sheet");
    pages.clear(); hits = []; best = null;
    if (!sheet) return;
    const part = main.querySelector(".case");
    base = `/cases/${encodeURIComponent(part.dataset.case)}`;
    number = Number(part.dataset.page);
    whole = sheet.getAttribute("viewBox");
    image = sheet.querySelector("image");
    drawing();
  }

  const load = (n) => {
    if (!pages.has(n)) pages.set(n, fetch(`${base}/pages/${n}.json`).then((r) => (r.ok ? r.json() : Promise.reject(new Error(r.status)))));
    return pages.get(n);
  };

  async function turn(n) {
    if (n === number) return;
    const turned = ++asked, page = await load(n);
    if (turned !== asked) return; // another page was asked for meanwhile
    number = n;
    whole = `0 0 ${page.width} ${page.height}`;
    image.setAttribute("href", `${base}/pages/${n}.png`);
    image.setAttribute("width", page.width); image.setAttribute("height", page.height);
    for (const r of sheet.querySelectorAll("rect")) r.remove();
    for (const b of page.boxes) { const made = box(b, b[4] ? "wrong" : "right"); made.dataset.card = b[4]; sheet.append(made); }
    sheet.setAttribute("viewBox", whole);
    document.getElementById("page-number").textContent = n;
    sheet.setAttribute("aria-label", `Page ${n} of the document, values that were read are framed`);
  }

  function zoom(r) {
    const [width, height] = size(), pane = sheet.getBoundingClientRect();
    const w = Math.max(width * 0.6, (r[2] - r[0]) * 1.1), h = Math.min(height, (w * pane.height) / Math.max(pane.width, 1));
    const x = Math.min(Math.max((r[0] + r[2] - w) / 2, 0), Math.max(width - w, 0));
    const y = Math.min(Math.max((r[1] + r[3] - h) / 2, 0), Math.max(height - h, 0));
    sheet.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
  }

  function all() { if (sheet) { sheet.setAttribute("viewBox", whole); for (const r of sheet.querySelectorAll("rect.now")) r.classList.remove("now"); } }

  async function show(card) {
    if (!sheet) return;
    const at = (card.dataset.at || "").split(" ").map(Number);
    if (at.length < 5) { all(); return; }
    if (at[0] !== number) await turn(at[0]).catch(() => {});
    for (const r of sheet.querySelectorAll("rect.now")) r.classList.remove("now");
    const frame = sheet.querySelector(`rect[data-card="${card.dataset.card}"]`);
    if (frame) frame.classList.add("now"); else { const made = box(at.slice(1), "wrong now"); made.dataset.card = card.dataset.card; sheet.append(made); }
    if (at[0] === number) zoom(at.slice(1));
  }

  // typing: words of this page that hold the text; runs of words that together begin with it
  async function locate(text) {
    if (!sheet) return;
    const wanted = text.trim().toLowerCase().replace(/\s+/g, " ");
    const page = await load(number).catch(() => null);
    clear("hit"); hits = []; best = null;
    const told = document.getElementById("found");
    if (!page || !wanted) { told.textContent = ""; return; }
    for (let i = 0; i < page.words.length && hits.length < 30; i++) {
      let run = page.words[i][0].toLowerCase(), end = i;
      while (run.length < wanted.length && end + 1 < page.words.length && Math.abs(page.words[end + 1][2] - page.words[i][2]) < 4) run += ` ${page.words[++end][0].toLowerCase()}`;
      if (run.startsWith(wanted) || (end === i && run.includes(wanted))) {
        const words = page.words.slice(i, end + 1);
        hits.push({ text: words.map((w) => w[0]).join(" "), exact: run === wanted, box: union(words.map((w) => w.slice(1))) });
      }
    }
    for (const hit of hits) sheet.append(box(hit.box, "hit"));
    best = hits.find((h) => h.exact) || hits[0] || null;
    if (best) { const made = box(best.box, "hit best"); sheet.append(made); zoom(best.box); }
    told.textContent = hits.length ? `“${best.text}” stands ${hits.length === 1 ? "once" : `${hits.length} times`} on this page; Ctrl+Space takes it` : "not on this page as typed";
  }

  const union = (boxes) => [Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])), Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3]))];

  async function take(field, found = best) {
    if (!field || !found) return;
    const path = field.name.slice(2), query = new URLSearchParams({ path, text: found.text });
    const answer = await fetch(`${base}/reading?${query}`).then((r) => (r.ok ? r.json() : { value: null })).catch(() => ({ value: null }));
    field.value = answer.value === null ? found.text : answer.value;
    const place = field.closest("label").querySelector('input[name^="place:"]');
    if (place) place.value = [number, ...found.box.map((n) => n.toFixed(2))].join(" ");
    document.getElementById("found").textContent = answer.value === null ? `“${found.text}” can be read in two ways: write it as in 1234.50 or 2026-11-30` : `taken: ${field.value}`;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function drawing() {
    let from = null, drawn = null;
    const point = (event) => { const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse()); return [p.x, p.y]; };
    const area = (to) => [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
    sheet.addEventListener("pointerdown", (event) => { from = point(event); sheet.setPointerCapture(event.pointerId); load(number).catch(() => {}); });
    sheet.addEventListener("pointermove", (event) => { if (!from) return; if (drawn) drawn.remove(); drawn = box(area(point(event)), "drawn"); sheet.append(drawn); });
    sheet.addEventListener("pointerup", async (event) => {
      const r = from && area(point(event));
      from = null; if (drawn) { drawn.remove(); drawn = null; }
      if (!r || r[2] - r[0] < 2 || r[3] - r[1] < 2) return;
      const page = await load(number).catch(() => null);
      const words = page ? page.words.filter((w) => (w[1] + w[3]) / 2 >= r[0] && (w[1] + w[3]) / 2 <= r[2] && (w[2] + w[4]) / 2 >= r[1] && (w[2] + w[4]) / 2 <= r[3]) : [];
      const field = po.valueField && po.valueField();
      if (words.length && field) { field.focus(); take(field, { text: words.map((w) => w[0]).join(" "), box: r }); }
      else document.getElementById("found").textContent = words.length ? "go to a value first, then draw" : "there are no words in the box";
    });
  }

  window.addEventListener("resize", () => { const card = document.activeElement.closest("article[data-step]"); if (card) show(card); });

  return { init, show, all, locate, take, turn: (by) => turn(Math.min(Math.max(number + by, 1), Number(sheet.dataset.pages))) };
})();
