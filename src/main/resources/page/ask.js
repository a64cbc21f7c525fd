/** Dialogs: a question that is answered by yes or no, and a form. Focus goes back to where it was. */

import { button, el } from "./dom.js";

/** True if the answer is yes. What is done by yes stands on the button. */
export function ask(question, text, yes) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { class: "ask", "aria-labelledby": "ask-title" },
      el("form", { method: "dialog" },
        el("h2", { id: "ask-title" }, question),
        el("p", {}, text),
        el("div", { class: "answers" },
          el("button", { type: "submit", value: "no", autofocus: true }, "Cancel"),
          el("button", { type: "submit", value: "yes", class: "main" }, yes))));
    open(dialog, () => resolve(dialog.returnValue === "yes"));
  });
}

/** A dialog around a form, which stays until it is closed. */
export function formDialog(title, form) {
  const dialog = el("dialog", { class: "form", "aria-labelledby": "form-title" },
    el("header", {},
      el("h2", { id: "form-title" }, title),
      button("\u00d7", () => dialog.close(), { class: "quiet close", "aria-label": "Close", title: "Close (Esc)" })),
    form);
  open(dialog, () => {});
  return dialog;
}

function open(dialog, closed) {
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}
