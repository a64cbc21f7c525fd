/** What the jobs are filtered by: states with their counts, a search, API and account; all of it in the address. */

import { get, path } from "./api.js";
import { button, el, foreign } from "./dom.js";
import { bind } from "./keys.js";
import { go, here, place } from "./router.js";
import { STATES, family, sign, words } from "./states.js";

const PATIENCE = 250;
const MOST_CHOICES = 500;
const IN_SEARCH = /(?:^|\s)(label|account|api|watch):(\S+)/g;

/** The bar, which several views have. */
export function filterBar() {
  return new FilterBar();
}

class FilterBar {
  #states = new Map();
  #search = el("input", {
    type: "search", id: "search", placeholder: "Search, or label:team:red", autocomplete: "off", spellcheck: "false",
    "aria-label": "Search jobs by id, name, description or label", maxlength: "500",
  });
  #api = choice("API", "api");
  #account = choice("Account", "account");
  #active = el("div", { class: "active-filters" });
  #known = { api: new Set(), account: new Set() };
  #timer = 0;
  #unbind;

  constructor() {
    const states = STATES.map((state) => {
      const count = el("span", { class: "count" });
      const toggle = button(
        [sign(family(state)), el("span", {}, words(state)), count], () => this.#toggle(state),
        { class: "state-filter " + family(state), "aria-pressed": "false", hidden: true });
      this.#states.set(state, { toggle, count });
      return toggle;
    });
    this.element = el("div", { class: "filters", role: "search" },
      el("div", { class: "states", role: "group", "aria-label": "States" }, states),
      el("div", { class: "inputs" },
        el("span", { class: "search" }, this.#search, el("kbd", { "aria-hidden": "true" }, "/")),
        this.#api, this.#account),
      this.#active);
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#apply(), PATIENCE);
    });
    this.#search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        clearTimeout(this.#timer);
        this.#apply();
      }
    });
    this.#unbind = bind("/", "search", () => {
      this.#search.focus();
      this.#search.select();
    });
    this.#learn();
  }

  /** As the address has it. */
  show(params) {
    const states = params.getAll("state");
    for (const [state, { toggle }] of this.#states) {
      toggle.setAttribute("aria-pressed", String(states.includes(state)));
    }
    if (document.activeElement !== this.#search) {
      this.#search.value = params.get("q") ?? "";
    }
    for (const select of [this.#api, this.#account]) {
      const value = params.get(select.name) ?? "";
      this.#offer(select.name, value ? [value] : []);
      select.value = value;
    }
    this.#active.replaceChildren(...["label", "watch"].flatMap((name) => params.getAll(name).map((value) =>
      el("a", {
        class: "chip", href: here({ [name]: params.getAll(name).filter((one) => one !== value), cursor: null }),
        "aria-label": "No longer only " + name + " " + value,
      }, name + " ", foreign(value, 60), el("span", { "aria-hidden": "true" }, " \u00d7")))));
    this.#hide();
  }

  /** What is written in front of a colon is a filter of that name; the rest is searched for. */
  #apply() {
    const filters = { q: this.#search.value.replace(IN_SEARCH, "").trim(), cursor: null };
    const { params } = place();
    for (const [, name, value] of this.#search.value.matchAll(IN_SEARCH)) {
      if (name === "label" ? value.includes(":") : true) {
        filters[name] = name === "label" ? [...new Set([...params.getAll("label"), value])] : value;
      }
    }
    if (Object.keys(filters).length > 2) {
      this.#search.value = filters.q;
    }
    go(here(filters), { replace: true });
  }

  #toggle(state) {
    const states = place().params.getAll("state");
    go(here({ state: states.includes(state) ? states.filter((one) => one !== state) : [...states, state], cursor: null }));
  }

  /** Reads how many jobs there are of each state. */
  async counts() {
    try {
      const { jobs } = await get("api/summary");
      for (const [state, { count }] of this.#states) {
        count.textContent = (jobs[state] ?? 0).toLocaleString();
      }
      this.#hide();
    } catch {
      // The list says what is wrong.
    }
  }

  /** A state that no job has is no choice, unless it is chosen. */
  #hide() {
    for (const { toggle, count } of this.#states.values()) {
      toggle.hidden = ["", "0"].includes(count.textContent) && toggle.getAttribute("aria-pressed") === "false";
    }
  }

  /** Values that these jobs have can be chosen. */
  seen(jobs) {
    this.#offer("api", jobs.map((job) => job.provider.api));
    this.#offer("account", jobs.map((job) => job.provider.account));
  }

  async #learn() {
    try {
      const { watches } = await get(path("api/watches", { limit: 1000 }));
      this.#offer("api", watches.map((watch) => watch.api));
      this.#offer("account", watches.map((watch) => watch.account));
    } catch {
      // What the jobs have is offered all the same.
    }
  }

  #offer(name, values) {
    const known = this.#known[name];
    const before = known.size;
    values.filter((value) => value && known.size < MOST_CHOICES).forEach((value) => known.add(value));
    if (known.size > before) {
      const select = name === "api" ? this.#api : this.#account;
      const value = select.value;
      select.replaceChildren(select.firstElementChild,
        ...[...known].sort().map((one) => el("option", { value: one }, one)));
      select.value = value;
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#unbind();
  }
}

function choice(title, name) {
  return el("select", {
    name, "aria-label": title, on: { change: (event) => go(here({ [name]: event.target.value, cursor: null })) },
  }, el("option", { value: "" }, "Any " + (name === "api" ? title : title.toLowerCase())));
}
