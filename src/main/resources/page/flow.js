/** The line, drawn: watches, providers, ledger, router, destinations; how much goes through, and where it is stuck. */

import { get } from "./api.js";
import { CIRCUITS } from "./destinations.js";
import { el, foreign } from "./dom.js";
import { Edges } from "./edges.js";
import { Live, says } from "./live.js";
import { Rates, rateText } from "./rates.js";
import { Files } from "./reload.js";
import { href } from "./router.js";
import { badge, sign } from "./states.js";
import { relative } from "./time.js";
import { redraw } from "./watches.js";

const EVERY = 2_000;
/** For how long something may wait, with nothing going through, before it is stuck. */
const PATIENCE = 10_000;
const MOST_STALE = 1_000;
const OUTBOX = "outbox:";
const STAGES = [["watches", "Watches"], ["providers", "Providers"], ["ledger", "Ledger"], ["router", "Router"], ["destinations", "Destinations"]];

export const flow = {
  name: "flow",
  title: "Flow",
  open: (root) => new Flow(root),
};

class Flow {
  #live;
  #rates = new Rates();
  #columns = new Map();
  #attention = el("div", { class: "attention", role: "status" });
  #routes = el("tbody");
  #others = el("tbody");
  #nodesShown = el("section", { class: "routes nodes", "aria-labelledby": "nodes-title", hidden: true });
  #said = el("div");
  #edges;
  #files = new Files();
  #at = null;

  constructor(root) {
    const board = el("div", { class: "board" }, STAGES.map(([name, title]) => {
      const nodes = el("ul", { "aria-label": title });
      this.#columns.set(name, nodes);
      return el("section", { class: "stage " + name }, el("h2", {}, title), nodes);
    }));
    this.#edges = new Edges(board);
    this.#nodesShown.append(
      el("h2", { id: "nodes-title" }, "Nodes"),
      table(["Node", "Accounts", "Destinations", "Seen", "Started", "Version"], this.#others));
    root.append(
      el("h1", {}, "Flow"), this.#said, this.#attention, board, this.#files.element, this.#nodesShown,
      el("section", { class: "routes", "aria-labelledby": "routes-title" },
        el("h2", { id: "routes-title" }, "Routes"),
        table(["Route", "State", "Through", "In flight", "Failed", "Last", "File"], this.#routes)));
    this.#live = new Live((signal) => this.#read(signal), { every: EVERY, failed: says(this.#said) });
    this.#live.now();
  }

  show(params) {
    this.#at = params.get("at");
    this.#scroll();
  }

  #scroll() {
    if (this.#at && !this.#files.element.hidden) {
      this.#files.element.scrollIntoView({ block: "start" });
      this.#at = null;
    }
  }

  async #read(signal) {
    const [flows, summary, destinations, stale, { nodes: all }] = await Promise.all([
      get("api/flow", { signal }), get("api/summary", { signal }), get("api/destinations", { signal }),
      get("api/watches?stale=true&limit=" + MOST_STALE, { signal }), get("api/nodes", { signal }),
    ]);
    this.#rates.add(flows.time, flows.routes);
    const nodes = this.#nodes(flows, summary, destinations.destinations, stale.watches);
    for (const [name, list] of this.#columns) {
      const mine = nodes.filter((node) => node.stage === name);
      redraw(list, mine, () => (mine.length > 0 ? mine.map(card) : [el("li", { class: "node none" }, "none")]));
    }
    this.#attend(nodes);
    this.#routes.replaceChildren(...flows.routes.map((route) => row(route, this.#rates.of(route.id))));
    this.#nodesShown.hidden = all.length < 2;
    this.#others.replaceChildren(...all.map(member));
    this.#edges.draw(edges(nodes));
    this.#scroll();
  }

  /** What is drawn: each with its figures, and what is wrong with it in words, or null. */
  #nodes({ time, routes }, summary, destinations, stale) {
    const of = (stage) => routes.filter((route) => route.stage === stage);
    const known = new Map(destinations.map((one) => [one.name, one]));
    const drawn = (route, stage, more) => ({
      id: route.id, stage, title: route.id, route, rate: this.#rates.of(route.id), ...more,
      trouble: stopped(route) ?? more.trouble ?? null, mild: more.mild && !stopped(route),
    });
    const staleOf = (api) => stale.filter((watch) => watch.api === api).length;
    const polls = of("WATCH").find((route) => route.to.some((to) => to.startsWith("direct:"))) ?? of("WATCH")[0];
    const read = new Set(of("DESTINATION").map((route) => route.from.slice(OUTBOX.length)));
    const all = Object.values(summary.watches).reduce((sum, count) => sum + count, 0);
    return [
      {
        id: "watches", stage: "watches", title: "Watches", href: href("watches"), rate: polls && this.#rates.of(polls.id), route: polls,
        figures: [["Watched", all], ["Stale", summary.stale, href("watches", { stale: "true" }), "bad"]],
        trouble: of("WATCH").map(stopped).find(Boolean) ?? null,
      },
      ...of("PROVIDER").map((route) => {
        const count = staleOf(route.id);
        const rate = this.#rates.of(route.id);
        return drawn(route, "providers", {
          href: href("watches", { api: route.id }),
          figures: [["Stale", count, href("watches", { api: route.id, stale: "true" }), "bad"]],
          trouble: count > 0 ? (count === 1 ? "1 watch is stale" : count + " watches are stale") : rate?.failed > 0 ? "polls fail" : null,
          mild: count === 0,
        });
      }),
      {
        id: "ledger", stage: "ledger", title: "Ledger", href: href("jobs"), rate: null, route: null,
        figures: [["Jobs", Object.values(summary.jobs).reduce((sum, count) => sum + count, 0)]],
        trouble: null,
      },
      ...of("ROUTER").map((route) => drawn(route, "router", {
        figures: [["Waiting", route.waiting ?? 0, null, "waiting"]], trouble: this.#stuck(route, time),
      })),
      ...of("DESTINATION").map((route) => {
        const one = known.get(route.from.slice(OUTBOX.length));
        return drawn(route, "destinations", { ...destination(one, route), trouble: circuit(one) ?? this.#stuck(route, time) });
      }),
      ...destinations.filter((one) => !read.has(one.name) && one.pending > 0).map((one) => ({
        id: one.name, stage: "destinations", title: one.name, rate: null, route: null, ...destination(one, null),
        trouble: "no route reads it",
      })),
    ];
  }

  #stuck(route, time) {
    const rate = this.#rates.of(route.id);
    const waits = route.oldestWaitingTime ? Date.parse(time) - Date.parse(route.oldestWaitingTime) : 0;
    return route.waiting > 0 && waits > PATIENCE && rate?.exchanges === 0
      ? "nothing goes through, and " + route.waiting.toLocaleString() + " wait"
      : null;
  }

  #attend(nodes) {
    const wrong = nodes.filter((node) => node.trouble);
    const text = wrong.length === 0 ? "Everything flows." : null;
    const seen = text ?? wrong.map((node) => node.title + node.trouble).join();
    if (this.#attention.dataset.seen === seen) {
      return;
    }
    this.#attention.dataset.seen = seen;
    this.#attention.replaceChildren(text
      ? el("p", { class: "good" }, sign("good"), text)
      : el("ul", {}, wrong.map((node) => el("li", { class: node.mild ? "partly" : "bad" }, sign(node.mild ? "partly" : "bad"),
        node.href ? el("a", { href: node.href }, foreign(node.title, 80)) : el("strong", {}, foreign(node.title, 80)),
        ": " + node.trouble))));
  }

  close() {
    this.#live.close();
    this.#edges.close();
    this.#files.close();
  }
}

const stopped = (route) => (route.state === "Started" ? null : "route " + route.id + " is " + route.state.toLowerCase());

function circuit(one) {
  if (!one || one.circuit === "CLOSED") {
    return null;
  }
  return CIRCUITS[one.circuit][0].toLowerCase() + (one.error ? ": " + one.error : "");
}

function destination(one, route) {
  const name = one?.name ?? route.from.slice(OUTBOX.length);
  return {
    href: href("destinations", { destination: name }),
    figures: [
      ["Waiting", route?.waiting ?? one?.pending ?? 0, href("destinations", { destination: name, status: "PENDING" }), "waiting"],
      ["Dead", one?.dead ?? 0, href("destinations", { destination: name, status: "DEAD" }), "bad"],
    ],
  };
}

function card(node) {
  const { route, rate } = node;
  const title = node.href ? el("a", { href: node.href, name: "node " + node.id }, foreign(node.title, 60)) : foreign(node.title, 60);
  const kind = node.trouble ? (node.mild ? "partly" : "bad") : null;
  const figures = [
    ...(route ? [["Rate", rate === null || rate === undefined ? "\u2026" : rateText(rate.exchanges)]] : []),
    ...(route ? [["Through", route.exchanges]] : []),
    ...(route && route.inflight > 0 ? [["In flight", route.inflight, null, "running"]] : []),
    ...(rate?.failed > 0 ? [["Failing", rateText(rate.failed), null, "bad"]] : []),
    ...(node.figures ?? []).filter(([name, value]) => value !== 0 || ["Jobs", "Watched"].includes(name)),
  ];
  return el("li", { class: ["node", kind, node.trouble && "troubled"].filter(Boolean).join(" "), data: { node: node.stage + " " + node.id } },
    el("h3", {}, title),
    el("dl", { class: "figures" }, figures.map(([name, value, address, family]) =>
      el("div", { class: value === 0 ? null : family }, el("dt", {}, name),
        el("dd", {}, address ? el("a", { href: address, name: name + " " + node.id }, shown(value)) : shown(value))))),
    node.trouble && el("p", { class: "trouble" }, foreign(node.trouble, 160)));
}

const shown = (value) => (typeof value === "number" ? value.toLocaleString() : value);

/** What leads where: each route to those that it names, and the rest as the line goes. */
function edges(nodes) {
  const of = (stage) => nodes.filter((node) => node.stage === stage);
  const found = [];
  const add = (from, to, carries) => found.push({
    from: from.stage + " " + from.id, to: to.stage + " " + to.id, rate: carries?.rate?.exchanges ?? 0, trouble: Boolean(carries?.trouble && !carries.mild),
  });
  for (const provider of of("providers")) {
    of("watches").forEach((watches) => add(watches, provider, provider));
    of("ledger").forEach((ledger) => add(provider, ledger, provider));
  }
  for (const router of of("router")) {
    of("ledger").forEach((ledger) => add(ledger, router, router));
    for (const destination of of("destinations")) {
      const named = destination.route?.from ?? OUTBOX + destination.id;
      if (router.route.to.includes(named) || router.route.to.some((to) => to.includes("${"))) {
        add(router, destination, destination);
      }
    }
  }
  return found;
}

const table = (columns, rows) => el("div", { class: "table-frame" },
  el("table", { class: "small" },
    el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col" }, name)))), rows));

/** A node that works on the same ledger; the routes are those of the one that was asked. */
function member(node) {
  return el("tr", {},
    el("th", { scope: "row" }, foreign(node.name, 120), node.self && el("p", { class: "hint" }, "This page, the rates and the routes are this one's.")),
    el("td", { class: "numeric" }, node.accounts.toLocaleString()),
    el("td", { class: "numeric" }, node.destinations.toLocaleString()),
    el("td", { class: "numeric" }, relative(node.seenTime)),
    el("td", { class: "numeric" }, relative(node.startTime)),
    el("td", {}, foreign(node.version, 60)));
}

function row(route, rate) {
  return el("tr", {},
    el("th", { scope: "row" }, foreign(route.id, 80), route.description && el("p", { class: "hint" }, foreign(route.description, 200))),
    el("td", {}, badge(route.state, route.state === "Started" ? "good" : "bad")),
    el("td", { class: "numeric" }, route.exchanges.toLocaleString(), rate && rate.exchanges > 0 && el("span", { class: "faint" }, " " + rateText(rate.exchanges))),
    el("td", { class: "numeric" }, route.inflight.toLocaleString()),
    el("td", { class: "numeric" + (route.failed > 0 ? " bad" : "") }, route.failed.toLocaleString()),
    el("td", { class: "numeric" }, relative(route.lastExchangeTime)),
    el("td", { class: "file-name" }, route.file && el("code", {}, foreign(route.file, 120))));
}
