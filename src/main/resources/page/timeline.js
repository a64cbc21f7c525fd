/** The lives of the jobs that changed last: a row for each, and in it a piece for each state, as long as it lasted. */

import { get, path } from "./api.js";
import { button, el, foreign, oneLine, svg } from "./dom.js";
import { filterBar } from "./filter.js";
import { changed, isOfJob, jobQuery, title } from "./jobs.js";
import { bind } from "./keys.js";
import { go, here } from "./router.js";
import { badge, family, words } from "./states.js";
import { stream } from "./stream.js";
import { duration, exact, short } from "./time.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What can be seen at once, and how far its marks are apart. */
const RANGES = {
  "15m": { title: "15 min", millis: 15 * MINUTE, step: 3 * MINUTE },
  "1h": { title: "1 hour", millis: HOUR, step: 10 * MINUTE },
  "6h": { title: "6 hours", millis: 6 * HOUR, step: HOUR },
  "24h": { title: "24 hours", millis: DAY, step: 4 * HOUR },
  "7d": { title: "7 days", millis: 7 * DAY, step: DAY },
};
const USUAL = "1h";
const MOST_JOBS = 100;
/** How much of the width lies behind now. */
const AHEAD = 0.03;
const REREAD = 20_000;
const SOON = 1_500;
/** A piece that is narrower has no room for its name, in pixels. */
const NAMED_FROM = 72;
const END_PIXELS = 10;
/** What the name of a mark takes on either side. */
const MARK_PIXELS = 32;

export const timeline = {
  name: "timeline",
  title: "Timeline",
  open: (root) => new Timeline(root),
};

class Timeline {
  #rows = new Map();
  #bar = filterBar();
  #ranges = new Map();
  #axis = svg("svg", { class: "axis", "aria-hidden": "true" });
  #grid = svg("svg", { class: "grid", "aria-hidden": "true" });
  #list = el("ol", { class: "lives" });
  #frame;
  #note = el("div", { class: "note" });
  #tip = el("div", { class: "tip", role: "status", hidden: true });
  #range = RANGES[USUAL];
  #asked = "";
  #params = new URLSearchParams();
  #reading = null;
  #timer = 0;
  #tickers;
  #closing = new AbortController();
  #unbind;

  constructor(root) {
    const ranges = el("div", { class: "ranges", role: "group", "aria-label": "Range" },
      Object.entries(RANGES).map(([name, range]) => {
        const one = button(range.title, () => go(here({ range: name === USUAL ? null : name }), { replace: true }), {
          "aria-pressed": "false",
        });
        this.#ranges.set(name, one);
        return one;
      }));
    this.#frame = el("div", { class: "timeline" }, el("div", { class: "axis-row" }, el("span"), this.#axis), this.#grid, this.#list);
    root.append(el("h1", { class: "unseen" }, "Timeline"), this.#bar.element, ranges,
      el("div", { class: "table-frame" }, this.#frame, this.#note), this.#tip);
    const signal = this.#closing.signal;
    stream.addEventListener("changes", ({ detail }) => this.#changes(detail), { signal });
    stream.addEventListener("reset", () => this.#read(), { signal });
    stream.addEventListener("resumed", () => this.#soon(0), { signal });
    addEventListener("resize", () => this.#draw(), { signal });
    this.#tickers = [
      setInterval(() => !document.hidden && this.#soon(0), REREAD),
      setInterval(() => !document.hidden && this.#draw(), 1000),
    ];
    this.#unbind = [
      bind(["j", "ArrowDown"], "next row", () => this.#move(1)),
      bind(["k", "ArrowUp"], "row before", () => this.#move(-1)),
      bind("ArrowRight", "next state of the row", (event) => this.#step(event, 1)),
      bind("ArrowLeft", "state before", (event) => this.#step(event, -1)),
      bind("+", "closer", () => this.#zoom(-1)),
      bind("-", "farther", () => this.#zoom(1)),
    ];
  }

  show(params) {
    this.#params = params;
    this.#bar.show(params);
    const name = params.get("range") in RANGES ? params.get("range") : USUAL;
    this.#range = RANGES[name];
    for (const [one, toggle] of this.#ranges) {
      toggle.setAttribute("aria-pressed", String(one === name));
    }
    const query = path("api/timeline", { ...jobQuery(params), limit: MOST_JOBS });
    if (query !== this.#asked) {
      this.#asked = query;
      this.#read();
    } else {
      this.#rows.forEach((row) => (row.link.href = here({ job: row.job.id })));
      this.#draw();
    }
  }

  #zoom(by) {
    const names = Object.keys(RANGES);
    const at = names.indexOf(this.#params.get("range") ?? USUAL) + by;
    if (names[at]) {
      go(here({ range: names[at] === USUAL ? null : names[at] }), { replace: true });
    }
  }

  async #read() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    try {
      const { jobs, complete } = await get(this.#asked, { signal: reading.signal });
      this.#show(jobs, complete);
      this.#bar.seen(jobs);
      this.#bar.counts();
    } catch (problem) {
      if (problem.name !== "AbortError") {
        this.#note.replaceChildren(el("p", { class: "refused", role: "alert" }, problem.message));
      }
    }
  }

  #soon(millis) {
    this.#timer ||= setTimeout(() => this.#read(), millis);
  }

  #changes(events) {
    for (const event of events.filter(isOfJob)) {
      const row = this.#rows.get(event.data.job.id);
      if (row) {
        const stages = row.job.stages;
        const job = changed(row.job, event);
        job.stages = job.state === row.job.state ? stages : [...stages, { state: job.state, time: event.time }];
        this.#fill(row, job);
      }
    }
    this.#draw();
    this.#soon(SOON);
  }

  #show(jobs, complete) {
    const ids = new Set(jobs.map((job) => job.id));
    for (const [id, row] of this.#rows) {
      if (!ids.has(id)) {
        row.element.remove();
        this.#rows.delete(id);
      }
    }
    let before = this.#list.firstElementChild;
    for (const job of jobs) {
      const row = this.#row(job);
      if (row.element === before) {
        before = before.nextElementSibling;
      } else {
        const focused = row.element.contains(document.activeElement) ? document.activeElement : null;
        this.#list.insertBefore(row.element, before);
        focused?.focus({ preventScroll: true });
      }
    }
    const links = this.#links();
    if (links.length > 0 && !links.some((link) => link.tabIndex === 0)) {
      links[0].tabIndex = 0;
    }
    this.#frame.hidden = jobs.length === 0;
    this.#note.replaceChildren(...(jobs.length === 0
      ? [el("p", { class: "empty" }, "No job is like that, or there are none yet. ", el("a", { href: "#/jobs" }, "To the jobs"))]
      : complete ? [] : [el("p", { class: "hint more" }, `The ${jobs.length} jobs that changed last; filter to see others.`)]));
    this.#draw();
  }

  #row(job) {
    let row = this.#rows.get(job.id);
    if (!row) {
      const link = el("a", { class: "row-link", tabindex: "-1", on: { focus: () => this.#reach(link) } });
      const track = svg("svg", { class: "track" });
      row = { element: el("li", {}, link, track), link, track, pieces: [], job: null, seen: "" };
      this.#rows.set(job.id, row);
    }
    this.#fill(row, job);
    return row;
  }

  #fill(row, job) {
    const seen = JSON.stringify([job.name, job.state, job.stages, job.createTime]);
    row.job = job;
    row.link.href = here({ job: job.id });
    if (seen === row.seen) {
      return;
    }
    row.seen = seen;
    const name = el("span", { class: "name" }, foreign(title(job), 120));
    row.link.replaceChildren(name, badge(job.state));
    row.pieces = pieces(job).map((piece) => this.#piece(row, piece));
    row.track.replaceChildren(...row.pieces.map((piece) => piece.element));
  }

  #piece(row, piece) {
    const text = svg("text", { x: 8, y: 15 }, words(piece.state));
    const element = svg("svg", { class: "piece " + piece.kind, tabindex: "-1", role: "img", height: "100%" },
      svg("rect", { width: "100%", height: "100%", rx: 3 }), text);
    const show = () => this.#tell(row.job, piece, element);
    const hide = () => (this.#tip.hidden = true);
    Object.entries({ mouseenter: show, focus: show, mouseleave: hide, blur: hide }).forEach(([type, listener]) =>
      element.addEventListener(type, listener));
    element.addEventListener("click", () => go(here({ job: row.job.id })));
    return { ...piece, element, text };
  }

  #tell(job, piece, element) {
    const until = piece.until ?? Date.now();
    const lasted = piece.terminal ? "" : " \u00b7 " + duration(until - piece.since) + (piece.until ? "" : " so far");
    this.#tip.replaceChildren(
      el("strong", {}, piece.label ?? words(piece.state)), lasted,
      el("br"), short(piece.since) + (piece.until && !piece.terminal ? " \u2013 " + short(piece.until) : ""),
      el("br"), el("span", {}, foreign(oneLine(title(job), 60))));
    this.#tip.hidden = false;
    const box = element.getBoundingClientRect();
    const left = Math.max(box.left, this.#axis.getBoundingClientRect().left);
    this.#tip.style.left = Math.max(8, Math.min(left, innerWidth - this.#tip.offsetWidth - 8)) + "px";
    this.#tip.style.top = (box.bottom + this.#tip.offsetHeight + 12 > innerHeight
      ? box.top - this.#tip.offsetHeight - 6 : box.bottom + 6) + "px";
  }

  /** Puts everything where it is now; nothing is built anew. */
  #draw() {
    const width = this.#axis.clientWidth;
    const now = Date.now();
    const end = now + AHEAD * this.#range.millis;
    const start = now - this.#range.millis;
    const at = (time) => (100 * (time - start)) / (end - start);
    for (const row of this.#rows.values()) {
      for (const piece of row.pieces) {
        const from = Math.max(0, at(piece.since));
        const to = Math.min(100, at(piece.until ?? now));
        const pixels = piece.terminal ? END_PIXELS : Math.max(3, ((to - from) / 100) * width);
        piece.element.setAttribute("x", from + "%");
        piece.element.setAttribute("width", pixels);
        piece.element.classList.toggle("gone", piece.terminal ? at(piece.since) < 0 : to < 0 || from > 100);
        piece.text.classList.toggle("gone", pixels < NAMED_FROM || piece.kind === "before");
        piece.element.setAttribute("aria-label", `${piece.label ?? words(piece.state)} since ${exact(piece.since)}`);
      }
    }
    this.#marks(start, end, at, width);
  }

  #marks(start, end, at, width) {
    // In the reader's own days and hours.
    const zone = new Date(start).getTimezoneOffset() * MINUTE;
    const step = this.#range.step * (width < 500 ? 2 : 1);
    const marks = [];
    for (let time = Math.ceil((start - zone) / step) * step + zone; time < end; time += step) {
      marks.push(time);
    }
    const label = new Intl.DateTimeFormat(undefined, step >= DAY
      ? { weekday: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const nowAt = at(Date.now());
    const room = (place) => place >= 0 && (nowAt - place) * width > 100 * MARK_PIXELS;
    this.#axis.replaceChildren(...marks.filter((time) => room(at(time))).map((time) =>
      svg("text", { x: at(time) + "%", y: 20 }, label.format(time))),
    svg("text", { x: nowAt + "%", y: 20, class: "now" }, "now"));
    this.#grid.replaceChildren(
      ...marks.map((time) => svg("line", { x1: at(time) + "%", x2: at(time) + "%", y1: 0, y2: "100%" })),
      svg("line", { class: "now", x1: nowAt + "%", x2: nowAt + "%", y1: 0, y2: "100%" }));
  }

  #links() {
    return [...this.#list.querySelectorAll(".row-link")];
  }

  #reach(link) {
    this.#links().forEach((one) => (one.tabIndex = one === link ? 0 : -1));
  }

  #move(by) {
    const links = this.#links();
    const row = document.activeElement?.closest(".lives li");
    const at = row ? links.indexOf(row.querySelector(".row-link")) + by : links.findIndex((link) => link.tabIndex === 0);
    links[Math.max(0, Math.min(links.length - 1, at))]?.focus();
    return links.length > 0;
  }

  #step(event, by) {
    const row = event.target.closest?.(".lives li");
    if (!row) {
      return false;
    }
    const pieces = [...row.querySelectorAll(".piece:not(.gone)")];
    const at = pieces.indexOf(document.activeElement) + by;
    if (document.activeElement.classList.contains("row-link")) {
      pieces[by > 0 ? 0 : pieces.length - 1]?.focus();
    } else {
      (pieces[at] ?? row.querySelector(".row-link")).focus();
    }
    return true;
  }

  close() {
    this.#closing.abort();
    this.#reading?.abort();
    this.#tickers.forEach(clearInterval);
    clearTimeout(this.#timer);
    this.#unbind.forEach((one) => one());
    this.#bar.close();
  }
}

/** The pieces of a life: what was before it was first seen, each state, and where it ended. */
function pieces(job) {
  const stages = job.stages.length > 0 ? job.stages : [{ state: job.state, time: job.stateTime }];
  const found = stages.map((stage, i) => {
    const terminal = ["good", "partly", "bad"].includes(family(stage.state)) || stage.state === "CANCELLED";
    const next = stages[i + 1];
    return {
      state: stage.state,
      kind: family(stage.state),
      terminal: terminal && !next,
      since: Date.parse(stage.time),
      until: next ? Date.parse(next.time) : terminal ? Date.parse(stage.time) : null,
    };
  });
  // Whose earlier changes are forgotten has been in its only known state for longer.
  if (found.length === 1 && job.stateTime) {
    found[0].since = Math.min(found[0].since, Date.parse(job.stateTime));
  }
  const created = Date.parse(job.createTime ?? "");
  return created < found[0].since
    ? [{ state: "UNKNOWN", kind: "before", label: "Before it was first seen", terminal: false, since: created, until: found[0].since }, ...found]
    : found;
}
