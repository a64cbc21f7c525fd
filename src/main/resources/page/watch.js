/** A watch in detail: what it asks for, how that goes, what could not be made out, and polling or removing it. */

import { get, post, remove, send } from "./api.js";
import { ask } from "./ask.js";
import { button, copyButton, el, foreign } from "./dom.js";
import { Live } from "./live.js";
import { go, here, href } from "./router.js";
import { failureOf } from "./states.js";
import { toast } from "./toast.js";
import { relative } from "./time.js";
import { healthOf, watchTitle } from "./watches.js";

const FROM_API = "POST /api/watches";
const EVERY = 3_000;
const LONGEST_TEXT = 200_000;

export class WatchDetail {
  #body = el("div", { class: "detail" });
  #live;
  #seen = "";
  /** What was read of unreadable replies, by where it is. */
  #replies = new Map();

  constructor(root, id) {
    this.id = id;
    root.append(this.#body);
    this.#body.append(head(id, null));
    this.#live = new Live((signal) => this.#read(signal), {
      every: EVERY, changes: true, failed: (problem) => problem && this.#failed(problem),
    });
    this.#live.now();
  }

  async #read(signal) {
    this.#show(await get("api/watches/" + encodeURIComponent(this.id), { signal }));
  }

  #failed(problem) {
    this.#seen = "";
    this.#body.replaceChildren(head(this.id, null), el("p", { class: "refused", role: "alert" },
      problem.status === 404 ? "There is no such watch any more; what is known of its jobs stays." : problem.message));
  }

  #show(watch) {
    const seen = JSON.stringify(watch);
    if (seen === this.#seen) {
      return;
    }
    this.#seen = seen;
    const focused = this.#body.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    this.#body.replaceChildren(
      head(watchTitle(watch), watch),
      el("div", { class: "summary" }, healthOf(watch),
        watch.state === "ENDED" && el("span", { class: "faint" }, "Its job has ended; it is polled no more.")),
      this.#actions(watch),
      failure(watch),
      facts(watch),
      jobsOf(watch),
      this.#unreadable(watch));
    if (focused) {
      this.#body.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }

  #actions(watch) {
    const poll = button("Poll now", () => this.#poll(), {
      name: "poll", data: { focus: "poll" }, disabled: watch.state !== "ACTIVE",
    });
    return el("div", { class: "actions" }, poll, watch.source === FROM_API
      ? button("Remove", () => this.#remove(watch), { name: "remove", class: "danger", data: { focus: "remove" } })
      : el("p", { class: "hint" }, "It stands in ", el("code", {}, foreign(watch.source, 200)), "; change or remove it there."));
  }

  async #poll() {
    try {
      await post("api/watches/" + encodeURIComponent(this.id) + "/poll");
      toast("It is polled now.");
      this.#live.soon();
      dispatchEvent(new Event("watch-changed"));
    } catch (problem) {
      toast(problem.message, "refused");
    }
  }

  async #remove(watch) {
    const sure = await ask("Remove this watch?",
      watch.state === "ENDED" ? "What is known of its jobs stays." : "Nobody looks after its jobs any more; what is known of them stays.",
      "Remove");
    if (!sure) {
      return;
    }
    try {
      await remove("api/watches/" + encodeURIComponent(this.id));
      toast("The watch is removed.");
      go(here({ id: null }));
      dispatchEvent(new Event("watch-changed"));
    } catch (problem) {
      toast(problem.message, "refused");
    }
  }

  #unreadable(watch) {
    if (watch.unreadableReplies.length === 0) {
      return null;
    }
    return el("section", {},
      el("h3", {}, "Unreadable replies", el("span", { class: "count" }, String(watch.unreadableReplies.length))),
      el("p", { class: "hint" }, "What the provider sent and could not be made out, as it came, with secrets masked."),
      el("ul", { class: "replies" }, watch.unreadableReplies.map((reply) => this.#reply(reply))));
  }

  #reply(reply) {
    const shown = el("div", { class: "code" });
    const known = this.#replies.get(reply.body);
    const show = button("Show", async () => {
      try {
        const answer = await send(reply.body.replace(/^\//, ""), { headers: { Accept: "text/plain" }, cache: "no-store" });
        this.#replies.set(reply.body, await answer.text());
        fill(shown, show, this.#replies.get(reply.body));
      } catch (problem) {
        toast(problem.message, "refused");
      }
    }, { class: "quiet", name: "show-reply", data: { focus: "show " + reply.body } });
    if (known !== undefined) {
      fill(shown, show, known);
    }
    return el("li", {},
      el("div", { class: "reply" },
        el("div", {},
          el("p", {}, foreign(reply.cause, 300)),
          el("p", { class: "when" }, relative(reply.receiveTime), " \u00b7 HTTP ", String(reply.httpStatus), " \u00b7 ",
            reply.bytes.toLocaleString() + " bytes", reply.contentType && [" \u00b7 ", foreign(reply.contentType, 80)])),
        show),
      shown);
  }

  close() {
    this.#live.close();
  }
}

function fill(shown, show, text) {
  shown.replaceChildren(
    el("pre", { tabindex: "0", dir: "auto", "aria-label": "The reply" }, text.slice(0, LONGEST_TEXT) || "(empty)"),
    copyButton(text, "the reply"));
  show.hidden = true;
}

function head(title, watch) {
  return el("header", {},
    el("div", {},
      el("h2", {}, foreign(title, 400)),
      watch && el("p", { class: "id-line" }, el("code", {}, watch.id), copyButton(watch.id, "the watch's id"))),
    button("\u00d7", () => go(here({ id: null })), {
      class: "quiet close", "aria-label": "Close", title: "Close (Esc)", data: { focus: "close" },
    }));
}

function failure(watch) {
  if (!watch.failure) {
    return null;
  }
  return el("section", { class: "problem", "aria-label": "Last failure" },
    el("p", {}, "The last ", watch.failures === 1 ? "poll" : watch.failures.toLocaleString() + " polls", " failed"),
    el("p", { class: "foreign-text" }, foreign(failureOf(watch), 2000)));
}

function facts(watch) {
  const rows = [
    ["API", foreign(watch.api, 100)],
    ["Account", foreign(watch.account, 100)],
    ...Object.entries(watch.parameters ?? {}).map(([name, value]) => [name, foreign([value].flat().join(", "), 300)]),
    ["Every", foreign(watch.every, 40)],
    ["Stuck after", watch.stuckAfter && foreign(watch.stuckAfter, 40)],
    ["Progress", watch.progress ? "is a change too" : null],
    ["Labels", Object.entries(watch.labels ?? {}).map(([key, value]) => el("span", { class: "label" }, foreign(key + ": " + value, 80)))],
    ["Last answer", relative(watch.lastAnswerTime) ?? "none yet"],
    ["Next poll", relative(watch.nextPollTime, "until")],
    ["Stands in", watch.source === FROM_API ? "the ledger: it was added here" : foreign(watch.source, 200)],
  ];
  return el("dl", { class: "facts" }, rows
    .filter(([, value]) => value && value.length !== 0)
    .map(([name, value]) => el("div", {}, el("dt", {}, foreign(name, 40)), el("dd", {}, ...[value].flat()))));
}

function jobsOf(watch) {
  return el("section", {},
    el("h3", {}, "Jobs", el("span", { class: "count" }, watch.jobCount.toLocaleString())),
    watch.jobs.length === 0
      ? el("p", { class: "hint" }, "It has found none so far.")
      : el("ul", { class: "plain" }, watch.jobs.slice(0, 10).map((id) =>
          el("li", {}, el("a", { href: href("jobs", { watch: watch.id, job: id }) }, foreign(id, 200)))),
        watch.jobCount > 1 && el("li", {}, el("a", { href: href("jobs", { watch: watch.id }) }, "All " + watch.jobCount.toLocaleString()))));
}
