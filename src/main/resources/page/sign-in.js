/** Asks for the token of the API, in a dialog that has to be answered. */

import { el } from "./dom.js";

let asking = null;

/** The token that was given; everybody who asks meanwhile gets the same. */
export function signIn(refused) {
  asking ??= ask(refused).finally(() => (asking = null));
  return asking;
}

function ask(refused) {
  return new Promise((resolve) => {
    const token = el("input", {
      id: "token", type: "password", required: true, autocomplete: "current-password", spellcheck: "false",
      "aria-describedby": "token-hint", "aria-invalid": refused ? "true" : null,
    });
    const form = el("form", { method: "dialog" },
      el("h2", {}, "Sign in"),
      el("label", { for: "token" }, "Token"),
      token,
      refused && el("p", { class: "refused", role: "alert" }, "That token was refused."),
      el("p", { id: "token-hint", class: "hint" },
        "It is the value of ", el("code", {}, "jobrelay.http.token"), ". It is kept until this tab is closed."),
      el("button", { class: "main", type: "submit" }, "Sign in"));
    const dialog = el("dialog", { class: "sign-in", "aria-label": "Sign in" }, form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(token.value);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
