/**
 * What became of changed files, read from `/api/reload`; an event `read` has it as its detail. A Jobrelay that takes no changes
 * in while it runs has no such path: its description is asked first.
 */

import { get } from "./api.js";
import { el, foreign } from "./dom.js";
import { Live } from "./live.js";
import { badge, words } from "./states.js";
import { relative } from "./time.js";

const EVERY = 5_000;
const RESULTS = { LOADED: "good", REFUSED: "bad", RESTART_NEEDED: "partly" };

class Reload extends EventTarget {
  /** As it was read last, null before that, or where there is none. */
  last = null;

  async start() {
    try {
      const { paths } = await get("api/openapi.json");
      if (!paths["/api/reload"]) {
        return;
      }
    } catch {
      return;
    }
    new Live(async (signal) => {
      this.last = await get("api/reload", { signal });
      this.dispatchEvent(new CustomEvent("read", { detail: this.last }));
    }, { every: EVERY }).now();
  }
}

export const reload = new Reload();

/** A panel with the files; `close()` ends it. */
export class Files {
  element = el("section", { class: "files", id: "files", hidden: true, "aria-labelledby": "files-title" });
  #closing = new AbortController();
  #seen = "";

  constructor() {
    reload.addEventListener("read", ({ detail }) => this.#show(detail), { signal: this.#closing.signal });
    if (reload.last) {
      this.#show(reload.last);
    }
  }

  #show(all) {
    const seen = JSON.stringify(all);
    if (seen === this.#seen) {
      return;
    }
    this.#seen = seen;
    this.element.hidden = false;
    const order = Object.keys(RESULTS).length;
    const rank = (file) => ({ REFUSED: 0, RESTART_NEEDED: 1 })[file.result] ?? order;
    const files = [...all.files].sort((one, other) =>
      rank(one) - rank(other) || Date.parse(other.time) - Date.parse(one.time) || one.file.localeCompare(other.file));
    this.element.replaceChildren(
      el("h2", { id: "files-title" }, "Changes of files"),
      el("p", { class: "hint" }, "Generation " + all.generation, all.time && [" \u00b7 ", relative(all.time)],
        all.pending ? " \u00b7 not all of what is on the disk runs" : " \u00b7 what is on the disk runs"),
      el("ul", { class: "file-list" }, files.map(file)));
  }

  close() {
    this.#closing.abort();
  }
}

function file(one) {
  return el("li", { class: RESULTS[one.result] ?? "unknown" },
    el("div", { class: "file" },
      el("code", {}, foreign(one.file, 200)),
      badge(words(one.result), RESULTS[one.result] ?? "unknown"),
      el("span", { class: "when" }, relative(one.time))),
    one.problems?.length > 0 && el("ul", { class: "problems" }, one.problems.map((problem) =>
      el("li", {}, problem.line && el("code", {}, foreign(one.file, 200), ":" + problem.line), " ", foreign(problem.message, 1000)))));
}
