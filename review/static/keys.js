// The page by keyboard. Without the scripts everything still works by mouse and Tab.
"use strict";
const po = { actions: {}, keys: {}, pressed: 0, clicked: 0 };
po.keys = JSON.parse(document.body.dataset.keys || "{}");

po.steps = () => [...document.querySelectorAll("[data-step]")];
po.here = () => { const steps = po.steps(); return steps.findIndex((s) => s.contains(document.activeElement)); };
po.step = (by) => {
  const steps = po.steps();
  if (!steps.length) return;
  const at = po.here(), last = po.last >= 0 && po.last < steps.length ? po.last : -1;
  const from = at >= 0 ? at : last;
  po.last = Math.min(Math.max(from + by, 0), steps.length - 1);
  steps[po.last].focus();
};
po.say = (...parts) => {
  const notice = document.getElementById("notice");
  notice.replaceChildren();
  if (!parts.length) return;
  const line = document.createElement("p");
  line.append(...parts);
  notice.append(line);
};

Object.assign(po.actions, {
  next: () => po.step(1),
  previous: () => po.step(-1),
  help: () => { const help = document.getElementById("help"); help.open = !help.open; help.scrollIntoView(); help.firstElementChild.focus(); },
  search: () => { const field = document.querySelector('[data-key="/"]'); if (field) field.focus(); },
});

document.addEventListener("click", () => { po.clicked += 1; }, true);
document.addEventListener("keydown", (event) => {
  po.pressed += 1;
  if (event.defaultPrevented) return;
  const typing = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (po.special && po.special(event, typing)) { event.preventDefault(); return; }
  if (event.key === "Escape") { event.target.blur(); po.say(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = po.actions[po.keys[event.key]];
  if (action) { action(event); event.preventDefault(); }
});
