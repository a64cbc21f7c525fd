/** What to do in an empty ledger. */

import { copyButton, el } from "./dom.js";

const WATCH = `- api: huawei-res-job
  account: huawei
  parameters: { project_id: b09d59c4, job_id: d7a72d46 }
  every: 5s..5m
`;

const post = () => `curl -s -H 'Content-Type: application/json' ${new URL("api/watches", document.baseURI)} -d '
  {"api": "huawei-res-job", "account": "huawei", "every": "5s..5m",
   "parameters": {"project_id": "b09d59c4", "job_id": "d7a72d46"}}'
`;

export function welcome() {
  return el("section", { class: "welcome", "aria-labelledby": "welcome-title" },
    el("h2", { id: "welcome-title" }, "No jobs yet"),
    el("p", {}, "Jobrelay shows the jobs that it watches. It has seen none so far. Tell it what to look after:"),
    el("ol", {},
      step("See it at work, without an account",
        "The sandbox plays five providers on this machine.", "jobrelay sandbox\n", "the command"),
      step("Write a watch file",
        "Save this under watches/, with your own account and ids. It is taken in at once; jobrelay check looks it over.",
        WATCH, "the watch file"),
      step("Or add a watch through the API",
        "It stays until it is removed there.", post(), "the request")),
    el("p", { class: "hint" }, "Accounts and their keys stand in ", el("code", {}, "application.properties"),
      ". This list fills by itself as soon as the first poll is answered."));
}

function step(title, text, code, what) {
  return el("li", {},
    el("h3", {}, title),
    el("p", {}, text),
    el("div", { class: "code" }, el("pre", { tabindex: "0", "aria-label": title }, code), copyButton(code, what)));
}
