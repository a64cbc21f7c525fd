/** The watches: how each fares, those first to look at that fare badly, and what can be done about them. */

import { get, path } from "./api.js";
import { addWatch } from "./add-watch.js";
import { button, el, foreign } from "./dom.js";
import { bind } from "./keys.js";
import { Live, says } from "./live.js";
import { go, here, place } from "./router.js";
import { badge, failureOf, sign, words } from "./states.js";
import { Table } from "./table.js";
import { relative } from "./time.js";

const PAGE = 100;
const EVERY = 5_000;

/** What a watch is called: what it asks for. */
export const watchTitle = (watch) => Object.values(watch.parameters ?? {}).flat().join(" \u00b7 ") || watch.api;

/** Whether a watch can see. */
export function healthOf(watch) {
  const kind = watch.health === "OK" ? "good" : watch.stale || watch.state === "REFUSED" ? "bad" : "partly";
  return [
    badge(watch.health === "OK" ? "Well" : watch.health, watch.state === "ENDED" ? "cancelled" : kind),
    watch.stale && el("span", { class: "tag bad" }, "stale"),
  ].filter(Boolean);
}

function next(watch) {
  if (watch.state === "ENDED") {
    return el("span", { class: "faint" }, "job has ended");
  }
  if (watch.state === "REFUSED") {
    return el("span", { class: "faint" }, "none until it is corrected");
  }
  return relative(watch.nextPollTime, "until");
}

const COLUMNS = [
  { title: "Health", name: "health", cell: healthOf },
  {
    title: "Watch", name: "watch", link: true,
    cell: (watch) => el("span", { class: "name" }, foreign(watchTitle(watch), 120)),
  },
  { title: "Account", name: "owner", cell: (watch) => [foreign(watch.account, 60), el("span", { class: "id" }, foreign(watch.api, 60))] },
  {
    title: "Last failure", name: "failure",
    cell: (watch) => (watch.failure ? foreign(failureOf(watch), 200) : null),
  },
  { title: "Last answer", name: "answer", numeric: true, cell: (watch) => relative(watch.lastAnswerTime) },
  { title: "Next poll", name: "next", numeric: true, cell: next },
  { title: "Jobs", name: "found", numeric: true, cell: (watch) => watch.jobCount.toLocaleString() },
];

export const watches = {
  name: "watches",
  title: "Watches",
  open: (root) => new Watches(root),
};

class Watches {
  #table;
  #live;
  #params = new URLSearchParams();
  #healths = el("div", { class: "states", role: "group", "aria-label": "Health" });
  #note = el("div", { class: "note" });
  #said = el("div");
  #more = el("nav", { class: "pages", "aria-label": "Pages" });
  #before = [];
  #asked = "";
  #unbind;

  constructor(root) {
    this.#table = new Table({
      caption: "Watches",
      columns: COLUMNS,
      key: (watch) => watch.id,
      address: (watch) => here({ id: watch.id }),
    });
    root.append(
      el("div", { class: "heading" },
        el("h1", {}, "Watches"), this.#healths,
        button("Add a watch", addWatch, { class: "main", name: "add", title: "Add a watch (a)" })),
      this.#said,
      el("div", { class: "table-frame" }, this.#table.element, this.#note),
      this.#more);
    this.#live = new Live((signal) => this.#read(signal), { every: EVERY, failed: says(this.#said), changes: true });
    this.#unbind = [
      bind("a", "add a watch", addWatch),
      bind("r", "read the list anew", () => this.#live.now()),
    ];
    addEventListener("watch-changed", this.#changed);
  }

  #changed = () => this.#live.now();

  show(params) {
    this.#params = params;
    const asked = path("api/watches", this.#query());
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#live.now();
    }
  }

  #query() {
    const several = (name) => this.#params.getAll(name);
    return {
      health: several("health"), api: several("api"), account: several("account"), stale: this.#params.get("stale"),
      cursor: this.#params.get("cursor"), limit: PAGE,
    };
  }

  async #read(signal) {
    const [page, summary] = await Promise.all([get(this.#asked, { signal }), get("api/summary", { signal })]);
    this.#table.show(page.watches);
    this.#table.element.hidden = page.watches.length === 0;
    this.#chips(summary);
    this.#empty(page);
    this.#pages(page.next);
  }

  #chips({ watches: counts, stale }) {
    const chosen = this.#params.getAll("health");
    redraw(this.#healths, [counts, stale, this.#params.toString()], () => this.#toggles(counts, stale, chosen));
  }

  #toggles(counts, stale, chosen) {
    const toggles = Object.entries(counts).map(([health, count]) => {
      const on = chosen.includes(health);
      return chip(health === "OK" ? "good" : "partly", health === "OK" ? "Well" : words(health), count, on,
        { health: on ? chosen.filter((one) => one !== health) : [...chosen, health] });
    });
    const staleOn = this.#params.get("stale") === "true";
    if (stale > 0 || staleOn) {
      toggles.push(chip("bad", "Stale", stale, staleOn, { stale: staleOn ? null : "true" }));
    }
    return toggles;
  }

  #empty(page) {
    const filtered = ["health", "api", "account", "stale", "cursor"].some((name) => this.#params.has(name));
    this.#note.replaceChildren(...(page.watches.length > 0 ? [] : [
      el("p", { class: "empty" }, ...(filtered
        ? ["No watch is like that. ", el("a", { href: "#/watches" }, "Show all")]
        : ["Nothing is watched yet. Add a watch here, or write a file under ", el("code", {}, "watches/"), "."])),
    ]));
  }

  #pages(nextCursor) {
    const cursor = this.#params.get("cursor");
    this.#more.hidden = !cursor && !nextCursor;
    this.#more.replaceChildren(
      button("Previous", () => go(here({ cursor: this.#before.pop() ?? null })), { name: "previous", disabled: !cursor }),
      button("Next", () => {
        this.#before.push(cursor);
        go(here({ cursor: nextCursor }));
      }, { name: "next", disabled: !nextCursor }));
  }

  close() {
    removeEventListener("watch-changed", this.#changed);
    this.#live.close();
    this.#unbind.forEach((one) => one());
    this.#table.close();
  }
}

/** A filter that is on or off, with how many there are. */
export function chip(kind, text, count, on, changes) {
  return button([sign(kind), el("span", {}, text), el("span", { class: "count" }, count === null ? "" : count.toLocaleString())],
    () => go(here({ ...changes, cursor: null })),
    { class: "state-filter " + kind, "aria-pressed": String(on), name: text.toLowerCase() });
}

const drawn = new WeakMap();

/**
 * Draws anew what is drawn from that state, if the state is another: what somebody is about to click stays as long as it
 * means the same. What has the focus has it afterwards too, by its name.
 */
export function redraw(root, state, draw) {
  const seen = JSON.stringify(state);
  if (drawn.get(root) === seen) {
    return;
  }
  drawn.set(root, seen);
  const children = draw();
  const name = root.contains(document.activeElement) ? document.activeElement.name : null;
  root.replaceChildren(...children);
  if (name) {
    root.querySelector(`[name="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
  }
}
