/** The jobs: one page of them, filtered, sorted and kept as they are now. */

import { get, path } from "./api.js";
import { blank, button, el, foreign, oneLine } from "./dom.js";
import { filterBar } from "./filter.js";
import { bind } from "./keys.js";
import { go, here } from "./router.js";
import { badge, progressBar } from "./states.js";
import { stream } from "./stream.js";
import { Table } from "./table.js";
import { relative } from "./time.js";
import { welcome } from "./welcome.js";

const PAGE = 50;
const NEWEST_FIRST = "-observeTime";
/** How often what the stream does not tell, such as the time of the next poll, is read anew. */
const REREAD = 15_000;
/** How soon after a change the order is right again. */
const REORDER = 1_500;

/** What a job is called: its name, or what its provider calls it. */
export const title = (job) => (blank(job.name) ? ownId(job) : job.name);

/** The provider's own id of a job. */
export function ownId(job) {
  const last = job.id.slice(job.id.lastIndexOf("/") + 1);
  try {
    return job.provider?.jobId ?? decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** A job of a list as it is after an event. */
export function changed(job, event) {
  const now = event.data.job;
  const moved = now.state !== job.state;
  return { ...now, watch: job.watch, stateTime: moved ? event.time : job.stateTime, stuck: moved ? undefined : job.stuck };
}

export const isOfJob = (event) => event.data?.job !== undefined;

/** A value that can be filtered by. Not reached by Tab: the filters above are. */
function filterLink(name, value, shown = value) {
  const address = () => here({ [name]: value, cursor: null });
  return el("a", {
    class: "filter-link", tabindex: "-1", href: address(), title: "Only " + oneLine(shown, 80),
    // The other filters may have changed since the row was built.
    on: { click: (event) => (event.currentTarget.href = address()) },
  }, foreign(shown, 60));
}

function labels(job) {
  return Object.entries(job.labels ?? {}).slice(0, 6).map(([key, value]) => {
    const link = filterLink("label", key + ":" + value, value === "" ? key : key + ": " + value);
    link.classList.add("label");
    return link;
  });
}

function nextPoll(job) {
  if (!job.watch) {
    return job.terminal ? null : el("span", { class: "faint" }, "not watched");
  }
  if (job.watch.health !== "OK") {
    return badge(job.watch.health, "bad");
  }
  return relative(job.watch.nextPollTime, "until");
}

const COLUMNS = [
  {
    title: "State", name: "state", sort: "state",
    cell: (job) => [badge(job.state), job.stuck && el("span", { class: "tag bad" }, "stuck")].filter(Boolean),
  },
  {
    title: "Job", name: "job", sort: "name", link: true,
    cell: (job) => [
      el("span", { class: "name" }, foreign(title(job))),
      !blank(job.name) && el("span", { class: "id" }, foreign(ownId(job), 80)),
    ].filter(Boolean),
  },
  { title: "Progress", name: "progress-cell", cell: progressBar },
  {
    title: "Account", name: "account", sort: "account",
    cell: (job) => [filterLink("account", job.provider.account), el("span", { class: "id" }, foreign(job.provider.api, 60))],
  },
  { title: "Labels", name: "labels", cell: labels },
  { title: "In state", name: "since", sort: "stateTime", numeric: true, cell: (job) => relative(job.stateTime, "age") },
  { title: "Changed", name: "observed", sort: "observeTime", numeric: true, cell: (job) => relative(job.observeTime) },
  { title: "Next poll", name: "next", numeric: true, cell: nextPoll },
];

const FILTERS = ["state", "api", "account", "label", "watch", "q"];

/** What of the address the API is asked for. */
export function jobQuery(params) {
  return Object.fromEntries(FILTERS.map((name) => [name, params.getAll(name)]));
}

export const jobs = {
  name: "jobs",
  title: "Jobs",
  open: (root) => new Jobs(root),
};

class Jobs {
  #root;
  #table;
  #bar;
  #note = el("div", { class: "note" });
  #more = el("nav", { class: "pages", "aria-label": "Pages" });
  #newer = button("", () => this.#read({ force: true }), { class: "newer", hidden: true });
  #params = new URLSearchParams();
  #asked = "";
  #reading = null;
  #timer = 0;
  #ticker;
  #before = [];
  #closing = new AbortController();
  #unbind;

  constructor(root) {
    this.#root = root;
    this.#table = new Table({
      caption: "Jobs",
      columns: COLUMNS,
      key: (job) => job.id,
      address: (job) => here({ job: job.id }),
      onSort: (column) => this.#sort(column),
    });
    this.#bar = filterBar();
    root.append(
      el("h1", { class: "unseen" }, "Jobs"),
      this.#bar.element,
      el("div", { class: "table-frame" }, this.#newer, this.#table.element, this.#note),
      this.#more);
    const signal = this.#closing.signal;
    stream.addEventListener("changes", ({ detail }) => this.#changes(detail), { signal });
    stream.addEventListener("reset", () => this.#read(), { signal });
    stream.addEventListener("resumed", () => this.#soon(0), { signal });
    this.#ticker = setInterval(() => !document.hidden && this.#soon(0), REREAD);
    this.#unbind = [
      bind("r", "read the list anew", () => this.#read({ force: true })),
      bind("n", "next page", () => this.#turn("next")),
      bind("p", "page before", () => this.#turn("previous")),
    ];
  }

  show(params) {
    this.#params = params;
    this.#bar.show(params);
    this.#table.sorted(this.#order());
    const query = path("api/jobs", this.#query());
    if (query !== this.#asked) {
      this.#asked = query;
      this.#read({ force: true });
    }
  }

  #order() {
    return this.#params.get("sort") ?? NEWEST_FIRST;
  }

  #query() {
    return { ...jobQuery(this.#params), sort: this.#order(), cursor: this.#params.get("cursor"), limit: PAGE };
  }

  #sort(column) {
    const order = this.#order();
    const next = order === "-" + column ? column : order === column ? "-" + column : column === "name" ? column : "-" + column;
    go(here({ sort: next === NEWEST_FIRST ? null : next, cursor: null }));
  }

  /**
   * Reads the page. Rows move only if nobody is about to choose one: who is in the list, or has scrolled, is told that
   * there is something newer.
   */
  async #read({ force = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    try {
      const page = await get(this.#asked, { signal: reading.signal });
      this.#show(page, force);
      this.#bar.counts();
    } catch (problem) {
      if (problem.name !== "AbortError") {
        this.#note.replaceChildren(el("p", { class: "refused", role: "alert" }, problem.message));
      }
    } finally {
      if (this.#reading === reading) {
        this.#reading = null;
      }
    }
  }

  #show(page, force) {
    const there = new Map(this.#table.things().map((job, i) => [job.id, i]));
    const moved = page.jobs.some((job, i) => there.get(job.id) !== i) || there.size !== page.jobs.length;
    const busy = this.#table.element.contains(document.activeElement) || scrollY > 200;
    if (force || !moved || !busy) {
      this.#newer.hidden = true;
      this.#table.show(page.jobs);
      this.#bar.seen(page.jobs);
      this.#pages(page.next);
      this.#empty(page);
    } else {
      page.jobs.forEach((job) => this.#table.refresh(job));
      this.#newer.textContent = "The list has changed \u00b7 show it";
      this.#newer.hidden = false;
    }
  }

  #empty(page) {
    const none = page.jobs.length === 0;
    this.#table.element.hidden = none;
    this.#root.classList.toggle("nothing", none && !this.#filtered());
    if (!none) {
      this.#note.replaceChildren();
    } else if (page.next) {
      this.#note.replaceChildren(el("p", { class: "empty" }, "None among those looked through so far. ",
        el("a", { href: here({ cursor: page.next }) }, "Look further")));
    } else if (this.#filtered()) {
      this.#note.replaceChildren(el("p", { class: "empty" },
        page.next ? "None among the 100,000 jobs that were looked through; Next looks on. " : "No job is like that. ",
        el("a", { href: "#/jobs" }, "Show all")));
    } else {
      this.#note.replaceChildren(welcome());
    }
  }

  #filtered() {
    return [...FILTERS, "cursor"].some((name) => this.#params.has(name));
  }

  #pages(next) {
    const cursor = this.#params.get("cursor");
    this.#more.hidden = !cursor && !next;
    this.#more.replaceChildren(
      button("Previous", () => this.#turn("previous"), { name: "previous", disabled: !cursor }),
      button("Next", () => this.#turn("next"), { name: "next", disabled: !next, data: { cursor: next ?? "" } }));
  }

  #turn(to) {
    const pressed = this.#more.querySelector(`[name=${to}]`);
    if (!pressed || pressed.disabled) {
      return false;
    }
    if (to === "next") {
      this.#before.push(this.#params.get("cursor"));
      go(here({ cursor: pressed.dataset.cursor }));
    } else {
      // Whoever came by a link has no pages before; the first is always there.
      go(here({ cursor: this.#before.pop() ?? null }));
    }
    scrollTo({ top: 0 });
    return true;
  }

  #changes(events) {
    for (const event of events.filter(isOfJob)) {
      this.#table.update(event.data.job.id, (job) => changed(job, event));
    }
    this.#soon(REORDER);
  }

  #soon(millis) {
    this.#timer ||= setTimeout(() => this.#read(), millis);
  }

  close() {
    this.#closing.abort();
    this.#reading?.abort();
    clearInterval(this.#ticker);
    clearTimeout(this.#timer);
    this.#unbind.forEach((one) => one());
    this.#table.close();
    this.#bar.close();
  }
}
