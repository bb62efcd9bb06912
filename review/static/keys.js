// The page by keyboard. Without this file everything still works by mouse and Tab.
"use strict";
const sheet = document.getElementById("sheet");
const whole = sheet && sheet.getAttribute("viewBox");
const steps = [...document.querySelectorAll("[data-step]")];
let at = -1;

function zoom(card) {
  if (!sheet) return;
  for (const rect of sheet.querySelectorAll("rect.now")) rect.classList.remove("now");
  const rect = card && sheet.querySelector(`rect[data-card="${card}"]`);
  if (!rect) { sheet.setAttribute("viewBox", whole); return; }
  rect.classList.add("now");
  const [, , width, height] = whole.split(" ").map(Number);
  const w = width * 0.6, h = height * 0.35;
  const middleX = Number(rect.getAttribute("x")) + Number(rect.getAttribute("width")) / 2;
  const middleY = Number(rect.getAttribute("y")) + Number(rect.getAttribute("height")) / 2;
  const x = Math.min(Math.max(middleX - w / 2, 0), width - w), y = Math.min(Math.max(middleY - h / 2, 0), height - h);
  sheet.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
}

function step(by) {
  if (!steps.length) return;
  at = Math.min(Math.max(at + by, 0), steps.length - 1);
  steps[at].focus();
}

steps.forEach((part, i) => part.addEventListener("focusin", () => { at = i; zoom(part.dataset.card); }));

function keyed(key) {
  const card = steps[at] && steps[at].dataset.card ? steps[at] : document.querySelector("article[data-step]");
  return (card && card.querySelector(`[data-key="${key}"]`)) || document.querySelector(`:not(fieldset input)[data-key="${key}"]`);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea");
  if (event.key === "Enter" && event.ctrlKey) {
    const form = (typing && event.target.form && event.target.form.method === "post" && event.target.form) || document.getElementById("approve");
    if (form && form.querySelector("button")) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.key === "Escape") { event.target.blur(); zoom(""); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") { const help = document.getElementById("help"); help.open = !help.open; help.scrollIntoView(); }
  else if (/^[1-9]$/.test(event.key)) { const choice = keyed(event.key); if (choice) choice.checked = true; }
  else if (["a", "x", "/"].includes(event.key)) { const field = keyed(event.key); if (field) field.focus(); else return; }
  else return;
  event.preventDefault();
});
