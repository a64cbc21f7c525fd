/** A job in detail: what it is, how it got there, where its changes went, and all that the provider said. */

import { get, path, send } from "./api.js";
import { blank, button, copyButton, el, foreign, oneLine, outwardLink, put } from "./dom.js";
import { isOfJob, ownId, title } from "./jobs.js";
import { go, here, href } from "./router.js";
import { badge, failureOf, family, progressBar, sign, words } from "./states.js";
import { stream } from "./stream.js";
import { duration, exact, relative } from "./time.js";

const MOST_CHANGES = 1_000;
const MOST_DELIVERIES = 100;
const LONGEST_TEXT = 200_000;
const SOON = 400;

const STATUS_KINDS = { PENDING: "waiting", DELIVERED: "good", DEAD: "bad" };

export class JobDetail {
  #root;
  #body = el("div", { class: "detail" });
  #closing = new AbortController();
  #timer = 0;

  constructor(root, id) {
    this.#root = root;
    this.id = id;
    root.append(this.#body);
    this.#body.append(head(oneLine(id, 80), null));
    const signal = this.#closing.signal;
    const mine = (event) => (isOfJob(event) ? event.data.job.id : null) === id;
    stream.addEventListener("changes", ({ detail }) => detail.some(mine) && this.#soon(), { signal });
    stream.addEventListener("reset", () => this.#soon(), { signal });
    this.#read();
  }

  #soon() {
    this.#timer ||= setTimeout(() => this.#read(), SOON);
  }

  async #read() {
    this.#timer = 0;
    const options = { signal: this.#closing.signal };
    const where = "api/jobs/" + encodeURIComponent(this.id);
    try {
      const [[job, watch], changes, deliveries] = await Promise.all([
        this.#record(where),
        get(path(where + "/changes", { limit: MOST_CHANGES }), options),
        get(path("api/deliveries", { subject: this.id, limit: MOST_DELIVERIES }), options),
      ]);
      this.#show(job, watch, changes, deliveries);
    } catch (problem) {
      if (problem.name !== "AbortError") {
        this.#body.replaceChildren(head(oneLine(this.id, 80), null),
          el("p", { class: "refused", role: "alert" }, problem.status === 404 ? "There is no such job." : problem.message));
      }
    }
  }

  /** The record, and the watch that looks after it, if one still does. */
  async #record(where) {
    const options = { signal: this.#closing.signal };
    const response = await send(where, { ...options, headers: { Accept: "application/json" }, cache: "no-store" });
    const watch = /<\/([^>]*)>; rel="related"/.exec(response.headers.get("Link") ?? "");
    return [await response.json(), watch && (await get(watch[1], options))];
  }

  /** Anew as a whole, but what was opened stays open, and the focus where it was. */
  #show(job, watch, changes, deliveries) {
    const opened = new Set([...this.#body.querySelectorAll("details[open]")].map((one) => one.dataset.name));
    const focused = this.#body.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    put(this.#body,
      head(title(job), job),
      summary(job),
      problemOf(job),
      facts(job),
      history(changes.changes, Boolean(changes.next)),
      deliveriesOf(deliveries.deliveries, Boolean(deliveries.next)),
      watch && watchOf(watch),
      texts(job));
    this.#body.querySelectorAll("details").forEach((one) => (one.open = opened.has(one.dataset.name) || one.open));
    if (focused) {
      this.#body.querySelector(`[data-focus=${focused}]`)?.focus({ preventScroll: true });
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#closing.abort();
  }
}

function head(name, job) {
  return el("header", {},
    el("div", {},
      el("h2", {}, foreign(name, 400)),
      job && el("p", { class: "id-line" }, el("code", {}, foreign(job.id, 400)), copyButton(job.id, "the job's id"))),
    button("\u00d7", () => go(here({ job: null })), {
      class: "quiet close", "aria-label": "Close", title: "Close (Esc)", data: { focus: "close" },
    }));
}

function summary(job) {
  return el("div", { class: "summary" },
    badge(job.state),
    job.reason && el("code", { class: "tag" }, foreign(job.reason, 80)),
    progressBar(job),
    !blank(job.message) && el("p", { class: "message" }, foreign(job.message, 2000)));
}

function problemOf(job) {
  if (!job.error) {
    return null;
  }
  const { code, message, detailsUrl } = job.error;
  return el("section", { class: "problem", "aria-label": "Error" },
    code && el("p", {}, el("code", {}, foreign(code, 200))),
    message && el("p", { class: "foreign-text" }, el("bdi", {}, message.slice(0, 10_000))),
    detailsUrl && el("p", {}, outwardLink(detailsUrl)));
}

function facts(job) {
  const { provider } = job;
  const progress = job.progress ?? {};
  const counts = ["total", "completed", "failed", "added", "deleted"]
    .filter((name) => progress[name] !== undefined)
    .map((name) => Number(progress[name]).toLocaleString() + " " + name)
    .join(", ");
  return list([
    ["Provider", [provider.name, provider.service].filter(Boolean).join(" \u00b7 ")],
    ["API", provider.api],
    ["Account", provider.account],
    ["Job id", ownId(job), true],
    ["Project", provider.project, true],
    ["Workspace", provider.workspace, true],
    ["Dataset", provider.dataset, true],
    ["Dataset version", provider.datasetVersion, true],
    ["User", provider.user],
    ["Kind", [job.kind, job.type, job.mode].filter(Boolean).join(" \u00b7 ")],
    ["Provider's state", job.providerState],
    ["Attempt", job.attempt > 1 ? job.attempt : null],
    ["Counts", counts && counts + (progress.unit ? " (" + progress.unit.toLowerCase() + "s)" : "")],
    ["Size", progress.sizeBytes === undefined ? null : Number(progress.sizeBytes).toLocaleString() + " bytes"],
    ["Created", relative(job.createTime)],
    ["Started", relative(job.startTime)],
    ["Ended", relative(job.endTime)],
    ["Updated", relative(job.updateTime)],
    ["Seen", relative(job.observeTime)],
    ["Waited", job.queuedMillis === undefined ? null : duration(job.queuedMillis)],
    ["Ran", job.runMillis === undefined ? null : duration(job.runMillis)],
    ["Labels", job.labels && Object.entries(job.labels).map(([key, value]) =>
      el("a", { class: "label", href: href("jobs", { label: key + ":" + value }) }, foreign(key + ": " + value, 80)))],
    ["Odd", job.anomalies && job.anomalies.map((code) => el("code", { class: "tag partly" }, foreign(code, 80)))],
    ["Description", job.description],
  ]);
}

/** Names and values; what is not there is left out. A value is a text of a provider, or nodes of ours. */
function list(entries) {
  const rows = entries
    .filter(([, value]) => value !== null && value !== undefined && value !== "" && value.length !== 0)
    .map(([name, value, copied]) => {
      const node = value instanceof Node || Array.isArray(value) ? [value].flat() : [foreign(value, 500)];
      return el("div", {}, el("dt", {}, name),
        el("dd", {}, ...node, copied && copyButton(String(value), "the " + name.toLowerCase())));
    });
  return el("dl", { class: "facts" }, rows);
}

function watchOf(watch) {
  return el("section", {},
    el("h3", {}, "Watch"),
    el("div", { class: "summary" },
      badge(watch.health, watch.health === "OK" ? "good" : "bad"),
      watch.failure && el("p", { class: "message" }, foreign(failureOf(watch), 300))),
    list([
      ["Stands in", watch.source],
      ["Every", watch.every],
      ["Next poll", watch.state === "ENDED" ? "none, the job has ended" : relative(watch.nextPollTime, "until")],
      ["Last answer", relative(watch.lastAnswerTime)],
      ["Shown as", el("a", { href: href("watches", { id: watch.id }) }, "a watch of its own")],
      ["Its jobs", el("a", { href: href("jobs", { watch: watch.id }) }, watch.jobCount === 1 ? "1 job" : watch.jobCount + " jobs")],
    ]));
}

function history(changes, more) {
  const newest = [...changes].filter(isOfJob).reverse();
  return el("section", {},
    el("h3", {}, "Changes", el("span", { class: "count" }, newest.length + (more ? "+" : ""))),
    more && el("p", { class: "hint" }, "These are the first ones that are kept; the API has the others."),
    el("ol", { class: "history" }, newest.map((event, i) => change(event, newest[i - 1]))));
}

function change(event, later) {
  const { job, previousState } = event.data;
  const lasted = later ? duration(Date.parse(later.time) - Date.parse(event.time)) : null;
  const moved = previousState && previousState !== job.state;
  return el("li", { class: family(job.state) },
    sign(family(job.state)),
    el("div", {},
      el("p", {},
        moved && el("span", { class: "faint" }, words(previousState) + " \u2192 "),
        el("strong", {}, words(job.state)),
        job.reason && [" ", el("code", { class: "tag" }, foreign(job.reason, 80))],
        job.providerState && el("span", { class: "faint" }, " ", foreign(job.providerState, 80))),
      !blank(job.message) && el("p", { class: "message" }, foreign(job.message, 500)),
      el("p", { class: "when" }, exact(event.time), " \u00b7 ", relative(event.time),
        lasted && " \u00b7 for " + lasted, " \u00b7 #" + job.sequence)),
    progressBar(job));
}

function deliveriesOf(deliveries, more) {
  if (deliveries.length === 0) {
    return null;
  }
  return el("section", {},
    el("h3", {}, "Deliveries", el("span", { class: "count" }, deliveries.length + (more ? "+" : ""))),
    el("table", { class: "small" },
      el("thead", {}, el("tr", {}, ["Destination", "Change", "Status", "Attempts", "When"].map((name) =>
        el("th", { scope: "col" }, name)))),
      el("tbody", {}, deliveries.map((delivery) => el("tr", {},
        el("td", {}, foreign(delivery.destination, 60)),
        el("td", { class: "numeric" }, "#" + delivery.sequence),
        el("td", {}, badge(delivery.status, STATUS_KINDS[delivery.status]),
          delivery.error && el("p", { class: "message" }, foreign(delivery.error, 300))),
        el("td", { class: "numeric" }, String(delivery.attempts)),
        el("td", {}, relative(delivery.updateTime)))))));
}

function texts(job) {
  return [
    ["logs", "Log", job.logs && job.logs.join("\n")],
    ["spec", "What was asked for", job.spec],
    ["result", "Result", job.result],
    ["resource", "Resource", job.resource],
    ["raw", "The provider's own words", job.raw],
  ].filter(([, , value]) => value !== undefined && value !== null).map(([name, caption, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    const shown = text.slice(0, LONGEST_TEXT);
    return el("details", { data: { name }, open: name === "logs" },
      el("summary", { data: { focus: name } }, caption, el("span", { class: "count" }, text.length.toLocaleString() + " characters")),
      el("div", { class: "code" }, el("pre", { tabindex: "0", dir: "auto", "aria-label": caption }, shown), copyButton(text, caption.toLowerCase())),
      shown.length < text.length && el("p", { class: "hint" }, "Cut here; copying takes all of it."));
  });
}
