// A case: cards answered by keys, submitted while the next case is on the screen already.
"use strict";
(() => {
  let main, part, form, done = [], events = [], since = performance.now(), opened = since, pressed = 0, clicked = 0;
  let next = null, coming = null; // { id, main, title }: fetched ahead; done when it is there, or will not be
  let before = null; // the case that was submitted last: { id, name, main, settled }

  const $ = (what, from = main) => from.querySelector(what);
  const cards = () => [...main.querySelectorAll("article[data-step]")];
  const current = () => document.activeElement.closest("article[data-step]") || cards()[Math.max(po.last, 0)];
  const radio = (card, value) => card && [...card.querySelectorAll("input[type=radio]")].find((r) => r.value === value);

  function init(fresh) {
    main = fresh; part = $(".case"); form = $("#settle");
    done = []; events = []; opened = since = performance.now(); pressed = po.pressed; clicked = po.clicked; po.last = -1;
    po.paper.init(main);
    for (const card of cards()) mark(card);
    const first = $("#trouble") || cards().find((c) => !c.querySelector("input[type=radio]:checked")) || cards()[0];
    if (first) first.focus({ preventScroll: false });
    if (part.dataset.case && $("#flag")) post(`/cases/${encodeURIComponent(part.dataset.case)}/work/take`, new URLSearchParams({ csrf: part.dataset.csrf })).catch(() => {});
    coming = new Promise((ready) => { setTimeout(() => ahead().finally(ready), 0); });
  }

  const post = (to, body) => fetch(to, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });

  // --- the next case, before it is asked for
  async function ahead() {
    const id = part.dataset.next;
    next = null;
    if (!id || id === part.dataset.case) return;
    const answer = await fetch(`/cases/${encodeURIComponent(id)}`).catch(() => null);
    if (!answer || !answer.ok || part.dataset.next !== id) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = document.importNode(page.getElementById("main"), true), image = found.querySelector("#sheet image");
    next = { id, main: found, title: page.title };
    part.dataset.ahead = id;
    if (image) { next.picture = new Image(); next.picture.src = image.getAttribute("href"); next.picture.decode().catch(() => {}); }
  }

  function swap(to) {
    main.replaceWith(to.main);
    document.title = to.title;
    history.pushState(null, "", `/cases/${encodeURIComponent(to.id)}`);
    init(to.main);
  }

  // --- answers
  function mark(card) {
    const checked = $("input[type=radio]:checked", card), state = $(".state", card);
    const changed = [...card.querySelectorAll("[data-value]")].some((f) => f.value !== (f.dataset.was ?? f.defaultValue));
    let words = "";
    if (changed) words = "✓ put right";
    else if (checked && checked.value.startsWith("item:")) words = `✓ ${checked.value.slice(5)}`;
    else if (checked && checked.value === "item") { const typed = $("[data-search]", card).value.trim(); words = typed ? `✓ ${typed}` : ""; }
    else if (checked) words = { document: "✓ document's value", erp: "✓ ERP's value" }[checked.value] || "";
    if (state.textContent !== words) state.textContent = words;
    card.classList.toggle("answered", Boolean(words));
  }
  const left = () => cards().filter((c) => !c.classList.contains("answered"));
  const remembered = (card) => ({ card, fields: [...card.querySelectorAll("input, textarea")].map((f) => [f, f.value, f.checked]) });

  function answer(card, value, action) {
    const choice = radio(card, value);
    if (!choice) { po.say(value === "document" ? "The document's value cannot stand here: choose or type the right one." : "There is no such answer here."); return; }
    done.push([remembered(card)]);
    choice.checked = true;
    mark(card); note(card, action); onward(card);
  }
  function note(card, action) {
    const now = performance.now();
    events.push(["mismatch", card.dataset.path, action, Math.round(now - since), po.pressed - pressed, po.clicked - clicked]);
    since = now; pressed = po.pressed; clicked = po.clicked;
  }
  function onward(card) {
    const all = cards(), open = all.slice(all.indexOf(card) + 1).find((c) => !c.classList.contains("answered")) || left()[0];
    if (open) { open.focus(); return; }
    const why = $("[data-why]"), kept = all.some((c) => { const r = $("input[type=radio]:checked", c); return r && r.value === "document" && !$(".code", c).textContent.startsWith("low_confidence"); });
    if (why && kept && !why.value) { why.focus(); po.say("All answered: say why it may stay wrong, then Ctrl+Enter."); } else po.say("All answered: Ctrl+Enter submits.");
  }

  // --- keys
  po.valueField = () => {
    const at = document.activeElement;
    if (at && at.matches("[data-value]")) return at;
    const card = current();
    return card && ($(".right [data-value]", card) || $("[data-value]", card));
  };
  function details(id) { const part = $(id); if (!part) return; part.open = true; const field = part.querySelector("select, input:not([type=hidden])"); (field || part).focus(); part.scrollIntoView({ block: "nearest" }); }

  Object.assign(po.actions, {
    accept: () => { const card = current(); if (!card) return; if (card.dataset.proposal) answer(card, card.dataset.proposal, "accept"); else po.say("grave" in card.dataset ? "This one is never accepted by one key: tick it and say how you made sure." : "Nothing is proposed here: choose for yourself."); },
    document: () => { const card = current(); if (card && !("grave" in card.dataset)) answer(card, "document", "document"); else po.say("This one is never accepted by one key: tick it and say how you made sure."); },
    erp: () => { const card = current(); if (card) answer(card, "erp", "erp"); },
    correct: () => { const field = po.valueField(); if (!field) { po.say("There is no single value here; “values agree” below leads to all of them."); return; } const fold = field.closest("details"); if (fold) fold.open = true; field.focus(); if (field.select) field.select(); },
    search: () => { const card = current(), field = (card && $("[data-search]", card)) || $("[data-search]"); if (field) field.focus(); else po.say("No item is asked for here."); },
    remember: () => { const card = current(), box = card && $("[data-remember]", card); if (!box) return; done.push([remembered(card)]); box.checked = !box.checked; po.say(box.checked ? "It will be remembered for this customer." : "It will not be remembered."); },
    all: () => { const card = current(), kind = card && [...main.querySelectorAll("[data-all]")].find((k) => k.dataset.all === card.dataset.kind); if (!kind) { po.say("There are no others of this kind with a proposal."); return; } kind.hidden = false; $("[data-accept-all]", kind).focus(); },
    undo: () => { const step = done.pop(); if (!step) { takeBack(); return; } for (const { card, fields } of step) { for (const [f, value, checked] of fields) { f.value = value; f.checked = checked; } mark(card); } events.pop(); step[0].card.focus(); po.say("Undone."); },
    flag: () => details("#flag"),
    reject: () => details("#reject"),
    why: () => { const why = $("[data-why]"); if (why) why.focus(); },
    mail: () => { const mail = $("#mail"); if (!mail) return; mail.open = !mail.open; mail.scrollIntoView({ block: "nearest" }); },
  });

  po.special = (event, typing) => {
    const at = event.target;
    if (event.key === "Enter" && event.ctrlKey) { submit(at.form && at.form.method === "post" && at.form.id !== "undo" && main.contains(at.form) ? at.form : form); return true; }
    if (event.key === " " && event.ctrlKey) { const field = po.valueField(); if (field) po.paper.take(field); return true; }
    if (at.matches("[data-search]")) return searching(event, at);
    if (event.key === "Escape") { const kind = at.closest("[data-all]"); if (kind) kind.hidden = true; const card = at.closest("article") || current(); if (card) card.focus(); po.paper.all(); po.say(); return true; }
    if (event.key === "Enter" && at.matches("[data-value]")) { const card = at.closest("article"); mark(card); note(card, "type"); onward(card); return true; }
    if (event.key === "Enter" && !typing && !at.closest("button, a, summary, [data-all]")) { po.step(event.shiftKey ? -1 : 1); return true; }
    if (/^[1-9]$/.test(event.key) && !typing && !event.altKey) { const card = current(), choice = card && $(`input[data-key="${event.key}"]`, card); if (choice) answer(card, choice.value, "candidate"); return true; }
    return false;
  };

  document.addEventListener("focusin", (event) => { const card = event.target.closest("article[data-step]"); if (!card || !main || !main.contains(card)) return; const at = cards().indexOf(card); if (at !== po.last) { po.last = at; } if (event.target === card) po.paper.show(card); });
  document.addEventListener("focusin", (event) => { if (event.target.matches("[data-value]")) { const card = event.target.closest("article"); if (card && !event.target.dataset.kept) { event.target.dataset.kept = "1"; done.push([remembered(card)]); } } });
  document.addEventListener("change", (event) => { const card = event.target.closest("article[data-step]"); if (card) { mark(card); if (event.target.matches("input[type=radio]") && po.clicked > clicked) note(card, event.target.value.split(":")[0]); } });
  let waiting = 0;
  document.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (event.target.matches("[data-value]")) { const place = event.target.closest("label").querySelector('input[name^="place:"]'); if (place) place.value = ""; waiting = setTimeout(() => po.paper.locate(event.target.value), 60); }
    if (event.target.matches("[data-search]")) waiting = setTimeout(() => search(event.target), 120);
  });
  document.addEventListener("click", (event) => {
    const at = event.target;
    if (at.closest("[data-accept-all]")) acceptAll(at.closest("[data-all]"));
    else if (at.closest("[data-close]")) at.closest("[data-all]").hidden = true;
    else if (at.closest(".hits li")) pick(at.closest("li"));
    else if (at.closest("[data-turn]")) { event.preventDefault(); po.paper.turn(Number(at.closest("[data-turn]").dataset.turn)).catch(() => { location.href = at.closest("a").href; }); }
  });
  document.addEventListener("toggle", (event) => { const fold = event.target; if (fold.open && fold.dataset.frame && !fold.querySelector("iframe")) { const frame = document.createElement("iframe"); frame.setAttribute("sandbox", ""); frame.title = "The mail as it was laid out"; frame.src = fold.dataset.frame; fold.append(frame); } }, true);

  function acceptAll(kind) {
    const same = cards().filter((c) => c.dataset.kind === kind.dataset.all && c.dataset.proposal && !("grave" in c.dataset));
    done.push(same.map(remembered));
    for (const card of same) { radio(card, card.dataset.proposal).checked = true; mark(card); }
    note(same[0], "all"); kind.hidden = true; onward(same[same.length - 1]);
  }

  // --- items of the ERP
  async function search(field) {
    const list = field.closest("fieldset").querySelector(".hits"), text = field.value.trim();
    const query = new URLSearchParams({ text });
    const answer = text ? await fetch(`/cases/${encodeURIComponent(part.dataset.case)}/items?${query}`).then((r) => r.json()).catch(() => ({ items: [] })) : { items: [] };
    if (field.value.trim() !== text) return;
    list.replaceChildren(...answer.items.map((item, i) => {
      const row = document.createElement("li"), key = document.createElement("b"), small = document.createElement("small");
      key.textContent = item.key; small.textContent = ` ${item.reason}`;
      row.append(key, ` ${item.label}`, small);
      row.setAttribute("role", "option"); row.id = `${list.id}-${i}`; row.dataset.sku = item.key; row.setAttribute("aria-selected", i === 0 ? "true" : "false");
      return row;
    }));
    list.hidden = !answer.items.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) field.removeAttribute("aria-activedescendant"); else field.setAttribute("aria-activedescendant", `${list.id}-0`);
  }
  function searching(event, field) {
    const list = field.closest("fieldset").querySelector(".hits"), rows = [...list.children], at = rows.findIndex((r) => r.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!rows.length) return true;
      const to = Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), rows.length - 1);
      rows.forEach((r, i) => r.setAttribute("aria-selected", String(i === to)));
      field.setAttribute("aria-activedescendant", rows[to].id); rows[to].scrollIntoView({ block: "nearest" });
      return true;
    }
    if (event.key === "Enter" && !event.ctrlKey) { if (rows[at] && !list.hidden) pick(rows[at]); else if (field.value.trim()) answer(field.closest("article"), "item", "search"); return true; }
    if (event.key === "Escape") { list.hidden = true; field.closest("article").focus(); return true; }
    return false;
  }
  function pick(row) {
    const card = row.closest("article"), field = $("[data-search]", card);
    const kept = remembered(card);
    field.value = row.dataset.sku; row.parentElement.hidden = true; field.setAttribute("aria-expanded", "false");
    answer(card, "item", "search"); done[done.length - 1] = [kept];
  }

  // --- submitting
  async function submit(which) {
    if (!which || !which.querySelector("button:not([type=button])")) return;
    if (which === form && left().length) { left()[0].focus(); po.say(`${left().length} still to be answered; nothing was submitted.`); return; }
    if (!which.reportValidity()) return;
    if (which !== form && which.closest("#reject") === null) { which.requestSubmit(); return; }
    const told = which.querySelector('[name="events"]');
    told.value = JSON.stringify([...events, ["order", "", which === form ? "approve" : "reject", Math.round(performance.now() - opened), po.pressed, po.clicked]]);
    po.pressed = po.clicked = pressed = clicked = 0;
    const body = new URLSearchParams(new FormData(which)), to = which.action;
    if (!next) await coming; // a queue of long orders: rather a moment here than a page anew
    if (!next) { which.requestSubmit(); return; }
    const mine = { id: part.dataset.case, name: part.dataset.name, main, title: document.title, form: which };
    before = mine;
    performance.mark("submitted");
    mine.settled = post(to, body);
    swap(next);
    po.say(`${mine.name}: being saved …`);
    await told_of(mine);
  }

  async function told_of(mine) {
    let answer, told;
    try { answer = await mine.settled; told = await answer.json(); } catch { told = { error: "the server did not answer" }; }
    const back = (words, act) => { const button = document.createElement("button"); button.textContent = words; button.addEventListener("click", act); return button; };
    const again = () => { po.say(); swap(mine); };
    if (told.error) po.say(`${mine.name} was not saved: ${told.error} `, back("Back to it", answer && answer.status === 409 ? () => { swap(mine); mine.form.submit(); } : again));
    else if (told.outcome === "open" || told.outcome === "second") po.say(told.outcome === "open" ? `${mine.name} stays open, something new came up. ` : `${mine.name} waits for a second person. `, back("Look at it", () => { location.href = told.to; }));
    else { mine.left = true; po.say(`${mine.name} ${told.outcome === "left" ? "is approved." : "is rejected."} `, back("Undo", takeBack)); }
  }

  async function takeBack() {
    const own = $("#undo");
    if (own && !before) { own.requestSubmit(); return; }
    if (!before) { po.say("Nothing to undo."); return; }
    const mine = before;
    before = null;
    await mine.settled.catch(() => {});
    if (!mine.left) { swap(mine); return; }
    const answer = await post(`/cases/${encodeURIComponent(mine.id)}/reopen`, new URLSearchParams({ csrf: part.dataset.csrf })).catch(() => null);
    const told = answer ? await answer.json().catch(() => ({ error: "the server did not answer" })) : { error: "the server did not answer" };
    if (told.error) po.say(`${mine.name}: ${told.error}`); else location.href = told.to;
  }

  window.addEventListener("popstate", () => location.reload());
  init(document.getElementById("main"));
})();
