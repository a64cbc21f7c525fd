/** Where changes go: how each destination does, and the deliveries, of which the dead can be sent again. */

import { get, path, post } from "./api.js";
import { ask } from "./ask.js";
import { button, el, foreign } from "./dom.js";
import { bind } from "./keys.js";
import { Live, says } from "./live.js";
import { go, here, href } from "./router.js";
import { badge, words } from "./states.js";
import { Table } from "./table.js";
import { toast } from "./toast.js";
import { relative } from "./time.js";
import { chip, redraw } from "./watches.js";

const PAGE = 50;
const EVERY = 3_000;
const OF_WATCH = "watch/";
const KINDS = { PENDING: "waiting", DELIVERED: "good", DEAD: "bad", UNREAD: "bad", UNROUTED: "bad" };
/** The outbox of the router, which is listed while events are stuck in it. */
const CHANGES = "changes";

const waiting = (one) => (one.name === CHANGES ? "UNROUTED" : one.unread ? "UNREAD" : "PENDING");

export const CIRCUITS = {
  CLOSED: ["Takes deliveries", "good"],
  OPEN: ["Fails", "bad"],
  HALF_OPEN: ["Is being tried", "partly"],
  DISABLED: ["Disabled", "bad"],
};

/** The address of what changed. */
const subjectOf = (delivery) => (delivery.subject.startsWith(OF_WATCH)
  ? here({ id: delivery.subject.slice(OF_WATCH.length), job: null })
  : here({ job: delivery.subject, id: null }));

export const destinations = {
  name: "destinations",
  title: "Destinations",
  open: (root) => new Destinations(root),
};

class Destinations {
  #cards = el("ul", { class: "cards", "aria-label": "Destinations" });
  #statuses = el("div", { class: "states", role: "group", "aria-label": "Status" });
  #choice = el("select", {
    name: "destination", "aria-label": "Destination", on: { change: (event) => go(here({ destination: event.target.value, cursor: null })) },
  }, el("option", { value: "" }, "Any destination"));
  #said = el("div");
  #note = el("div", { class: "note" });
  #more = el("nav", { class: "pages", "aria-label": "Pages" });
  #selection = el("div", { class: "selection", role: "group", "aria-label": "Selected deliveries", hidden: true });
  #checks = new Map();
  #table;
  #live;
  #params = new URLSearchParams();
  #asked = "";
  #before = [];
  #unbind;

  constructor(root) {
    this.#table = new Table({
      caption: "Deliveries",
      columns: this.#columns(),
      key: (delivery) => delivery.id,
      address: subjectOf,
    });
    root.append(
      el("h1", {}, "Destinations"),
      this.#said,
      this.#cards,
      el("div", { class: "heading" },
        el("h2", {}, "Deliveries"), this.#statuses, this.#choice),
      this.#selection,
      el("div", { class: "table-frame" }, this.#table.element, this.#note),
      this.#more);
    this.#live = new Live((signal) => this.#read(signal), { every: EVERY, failed: says(this.#said), changes: true });
    this.#unbind = [
      bind("r", "read the list anew", () => this.#live.now()),
      bind("x", "select the delivery", () => this.#toggleFocused()),
    ];
  }

  #columns() {
    return [
      { title: "", name: "check", cell: (delivery) => this.#check(delivery) },
      { title: "Status", name: "status", cell: (delivery) => badge(delivery.status, KINDS[delivery.status]) },
      {
        title: "Change", name: "change", link: true,
        cell: (delivery) => [
          el("span", { class: "name" }, foreign(delivery.subject, 160)),
          el("span", { class: "id" }, "#" + delivery.sequence),
        ],
      },
      { title: "Destination", name: "to", cell: (delivery) => foreign(delivery.destination, 60) },
      { title: "Last error", name: "failure", cell: (delivery) => (delivery.error ? foreign(delivery.error, 200) : null) },
      { title: "Attempts", name: "attempts", numeric: true, cell: (delivery) => (delivery.attempts ? String(delivery.attempts) : null) },
      { title: "Next try", name: "next", numeric: true, cell: (delivery) => relative(delivery.dueTime, "until") },
      { title: "Updated", name: "updated", numeric: true, cell: (delivery) => relative(delivery.updateTime) },
      {
        title: "", name: "act",
        cell: (delivery) => (delivery.status !== "DEAD" ? null : button("Redeliver", () => this.#redeliver([delivery.id]), {
          name: "redeliver", "aria-label": "Redeliver change " + delivery.sequence + " of " + delivery.subject + " to " + delivery.destination,
        })),
      },
    ];
  }

  /** One box for each dead delivery, which stays the same however often its row is drawn. */
  #check(delivery) {
    if (delivery.status !== "DEAD") {
      this.#checks.delete(delivery.id);
      return null;
    }
    if (!this.#checks.has(delivery.id)) {
      this.#checks.set(delivery.id, el("input", {
        type: "checkbox", "aria-label": "Select change " + delivery.sequence + " of " + delivery.subject,
        on: { change: () => this.#selected() },
      }));
    }
    return this.#checks.get(delivery.id);
  }

  #toggleFocused() {
    const box = document.activeElement?.closest("tr")?.querySelector("input[type=checkbox]");
    if (!box) {
      return false;
    }
    box.click();
    return true;
  }

  #chosen() {
    return [...this.#checks].filter(([, box]) => box.checked).map(([id]) => id);
  }

  #selected() {
    const dead = [...this.#checks.keys()];
    const chosen = this.#chosen();
    this.#selection.hidden = dead.length < 2 && chosen.length === 0;
    redraw(this.#selection, [dead, chosen], () => [
      button(chosen.length === dead.length ? "Select none" : "Select all shown", () => {
        this.#checks.forEach((box) => (box.checked = chosen.length < dead.length));
        this.#selected();
      }, { name: "select-all", class: "quiet" }),
      button(chosen.length === 0 ? "Redeliver selected" : "Redeliver " + chosen.length + " selected",
        () => this.#redeliver(this.#chosen()), { name: "redeliver-selected", disabled: chosen.length === 0 }),
    ]);
  }

  show(params) {
    this.#params = params;
    const asked = path("api/deliveries", {
      status: params.getAll("status"), destination: params.getAll("destination"), cursor: params.get("cursor"), limit: PAGE,
    });
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#checks.clear();
      this.#live.now();
    }
  }

  async #read(signal) {
    const [page, all] = await Promise.all([get(this.#asked, { signal }), get("api/destinations", { signal })]);
    this.#showCards(all.destinations);
    const shown = new Set(page.deliveries.map((delivery) => delivery.id));
    [...this.#checks.keys()].filter((id) => !shown.has(id)).forEach((id) => this.#checks.delete(id));
    this.#table.show(page.deliveries);
    this.#table.element.hidden = page.deliveries.length === 0;
    this.#filters(all.destinations);
    this.#selected();
    this.#empty(page);
    this.#pages(page.next);
  }

  #filters(all) {
    const chosen = this.#params.getAll("status");
    const sum = (name) => all.reduce((count, one) => count + one[name], 0);
    const unread = all.filter((one) => one.unread).reduce((count, one) => count + one.pending, 0);
    const counts = { PENDING: sum("pending") - unread, DEAD: sum("dead"), DELIVERED: null };
    if (unread > 0 || chosen.includes("UNREAD")) {
      counts.UNREAD = unread;
    }
    if (all.some((one) => one.name === CHANGES) || chosen.includes("UNROUTED")) {
      counts.UNROUTED = null;
    }
    redraw(this.#statuses, [counts, chosen], () => Object.entries(counts).map(([status, count]) => {
      const on = chosen.includes(status);
      const others = chosen.filter((one) => one !== status && one !== "UNROUTED");
      return chip(KINDS[status], words(status), count, on, { status: on ? others : status === "UNROUTED" ? [status] : [...others, status] });
    }));
    const value = this.#params.get("destination") ?? "";
    const names = [...new Set([...all.map((one) => one.name), value].filter(Boolean))];
    if (names.join() !== [...this.#choice.options].slice(1).map((one) => one.value).join()) {
      this.#choice.replaceChildren(this.#choice.options[0], ...names.map((name) => el("option", { value: name }, name)));
    }
    this.#choice.value = value;
  }

  #showCards(all) {
    redraw(this.#cards, all, () => all.length === 0
      ? [el("li", { class: "card empty" }, "Nothing has changed yet, so nothing went anywhere. ",
        "routes/router.camel.yaml decides where changes go.")]
      : all.map((one) => this.#card(one)));
  }

  #card(one) {
    const [text, kind] = CIRCUITS[one.circuit] ?? [one.circuit, "unknown"];
    const waits = one.circuit !== "CLOSED" || new Date(one.nextTryTime) > new Date();
    return el("li", { class: "card " + kind, data: { destination: one.name } },
      el("header", {}, el("h3", {}, foreign(one.name, 60)), badge(text, kind)),
      el("dl", { class: "figures" },
        figure("Pending", one.pending, href("destinations", { status: waiting(one), destination: one.name }), one.unread && "bad"),
        figure("Dead", one.dead, href("destinations", { status: "DEAD", destination: one.name }), one.dead > 0 && "bad"),
        one.oldestPendingTime && figure("Oldest", relative(one.oldestPendingTime, "age")),
        one.messages !== undefined && figure("In the queue", one.messages.toLocaleString())),
      one.failingSince && el("p", { class: "hint" }, "Nothing got through for ", relative(one.failingSince, "age"), "."),
      waits && (one.circuit === "HALF_OPEN" || one.nextTryTime)
        && el("p", { class: "hint" }, one.circuit === "HALF_OPEN" ? "One delivery is being tried." : ["Next try ", relative(one.nextTryTime, "until"), "."]),
      one.unread && el("p", { class: "error" }, foreign(one.unread, 300)),
      one.error && el("p", { class: "error" }, foreign(one.error, 300)),
      el("div", { class: "actions" },
        waits && button(one.circuit === "DISABLED" ? "Enable" : "Try everything now", () => this.#enable(one),
          { name: "enable-" + one.name, class: "main" }),
        one.dead > 0 && button("Redeliver all " + one.dead.toLocaleString() + " dead", () => this.#redeliverAll(one),
          { name: "redeliver-" + one.name })));
  }

  #empty(page) {
    const filtered = ["status", "destination", "cursor"].some((name) => this.#params.has(name));
    this.#note.replaceChildren(...(page.deliveries.length > 0 ? [] : [
      el("p", { class: "empty" }, ...(page.next
        ? ["None among those looked through so far. ", el("a", { href: here({ cursor: page.next }) }, "Look further")]
        : filtered
          ? ["No delivery is like that. ", el("a", { href: "#/destinations" }, "Show all")]
          : ["No deliveries yet."])),
    ]));
  }

  #pages(next) {
    const cursor = this.#params.get("cursor");
    this.#more.hidden = !cursor && !next;
    this.#more.replaceChildren(
      button("Previous", () => go(here({ cursor: this.#before.pop() ?? null })), { name: "previous", disabled: !cursor }),
      button("Next", () => {
        this.#before.push(cursor);
        go(here({ cursor: next }));
      }, { name: "next", disabled: !next }));
  }

  async #enable(one) {
    await this.#do(async () => {
      await post("api/destinations/" + encodeURIComponent(one.name) + "/enable");
      return one.name + " gets everything that is due.";
    });
  }

  async #redeliver(ids) {
    await this.#do(async () => {
      let done = 0;
      for (const id of ids) {
        done += (await post("api/deliveries/" + encodeURIComponent(id) + "/redeliver")).redelivered;
        this.#checks.delete(id);
      }
      return done === 1 ? "It is delivered again." : done + " are delivered again.";
    });
  }

  async #redeliverAll(one) {
    const sure = await ask("Redeliver all " + one.dead.toLocaleString() + " to " + one.name + "?",
      "Each is sent again, with the same bytes and the same id, in the order of the changes of its job.", "Redeliver all");
    if (sure) {
      await this.#do(async () => {
        let done = 0;
        for (let cursor; cursor !== null;) {
          const some = await post("api/deliveries/redeliver", { destination: one.name, cursor });
          done += some.redelivered;
          cursor = some.next ?? null;
        }
        return done.toLocaleString() + " are delivered again.";
      });
    }
  }

  async #do(action) {
    try {
      toast(await action());
    } catch (problem) {
      toast(problem.message, "refused");
    }
    this.#live.now();
  }

  close() {
    this.#live.close();
    this.#unbind.forEach((one) => one());
    this.#table.close();
  }
}

function figure(name, value, address, kind) {
  const shown = typeof value === "number" ? value.toLocaleString() : value;
  return el("div", { class: kind || null }, el("dt", {}, name),
    el("dd", {}, address && value !== 0 ? el("a", { href: address }, shown) : shown));
}
