/** Keys, and the list of them. A key does nothing while somebody writes, but for Escape. */

import { el } from "./dom.js";

const bound = [];

/** Binds a key, or several, to an action; whoever binds last comes first. Gives what takes it away again. */
export function bind(keys, does, action) {
  const binding = { keys: [keys].flat(), does, action };
  bound.unshift(binding);
  return () => bound.splice(bound.indexOf(binding), 1);
}

const writes = (target) => target.matches?.("input, textarea, select, [contenteditable]") ?? false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (writes(event.target) && event.key !== "Escape") {
    return;
  }
  const binding = bound.find((one) => one.keys.includes(event.key));
  if (binding && binding.action(event) !== false) {
    event.preventDefault();
  }
});

const NAMES = { ArrowDown: "\u2193", ArrowUp: "\u2191", Escape: "Esc", " ": "Space" };

/** Shows all keys that do something now. */
export function showKeys() {
  const rows = [...bound].reverse().filter((binding) => binding.does).map((binding) =>
    el("tr", {},
      el("th", { scope: "row" }, binding.keys.flatMap((key) => [el("kbd", {}, NAMES[key] ?? key), " "])),
      el("td", {}, binding.does)));
  const dialog = el("dialog", { class: "keys", "aria-labelledby": "keys-title" },
    el("form", { method: "dialog" },
      el("h2", { id: "keys-title" }, "Keyboard"),
      el("table", {}, el("tbody", {}, rows)),
      el("button", { class: "main", type: "submit" }, "Close")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
