/**
 * A table whose rows are things with a key. Rows that are there stay the same elements however often their thing changes, so
 * that focus, selection and scroll position stay; there are never more rows than things of one page.
 *
 * A column has `title`, `cell(thing)` (a node, a text or null) and, if wanted, `name` (its class), `sort` (what the API sorts by),
 * `numeric`. The first column with `link` holds the link of its row, which the arrows and j and k go through.
 */

import { el } from "./dom.js";
import { bind } from "./keys.js";

export class Table {
  #rows = new Map();
  #body = el("tbody");
  #heads = new Map();
  #columns;
  #key;
  #address;
  #onSort;
  #unbind;

  /**
   * @param caption what the rows are, for those who do not see them
   * @param key gives the key of a thing
   * @param address gives the address that the row's link goes to
   * @param onSort is told by which column to sort
   */
  constructor({ caption, columns, key, address, onSort }) {
    this.#columns = columns;
    this.#key = key;
    this.#address = address;
    this.#onSort = onSort;
    this.element = el("table", { class: "rows" },
      el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, columns.map((column) => this.#head(column)))),
      this.#body);
    const unbind = [
      bind(["j", "ArrowDown"], "next row", () => this.#move(1)),
      bind(["k", "ArrowUp"], "row before", () => this.#move(-1)),
    ];
    this.#unbind = () => unbind.forEach((one) => one());
  }

  #head(column) {
    const content = column.sort
      ? el("button", { type: "button", class: "sort", on: { click: () => this.#onSort(column.sort) } }, column.title)
      : column.title;
    const head = el("th", { scope: "col", class: this.#classes(column) }, content);
    this.#heads.set(column, head);
    return head;
  }

  #classes(column) {
    return [column.name, column.numeric && "numeric"].filter(Boolean).join(" ") || null;
  }

  /** Marks the column by which the rows are sorted: its name, with a hyphen from the last to the first. */
  sorted(sort) {
    for (const [column, head] of this.#heads) {
      const is = column.sort && [column.sort, "-" + column.sort].includes(sort);
      if (is) {
        head.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
      } else {
        head.removeAttribute("aria-sort");
      }
    }
  }

  /** These things, in this order. */
  show(things) {
    const keys = new Set(things.map((thing) => this.#key(thing)));
    for (const [key, row] of this.#rows) {
      if (!keys.has(key)) {
        row.element.remove();
        this.#rows.delete(key);
      }
    }
    let before = this.#body.firstElementChild;
    for (const thing of things) {
      const row = this.#row(thing);
      if (row.element === before) {
        before = before.nextElementSibling;
      } else {
        const focused = row.element.contains(document.activeElement) ? document.activeElement : null;
        this.#body.insertBefore(row.element, before);
        focused?.focus({ preventScroll: true });
      }
    }
    this.#makeReachable();
  }

  /** The thing of a key has changed: `change` gives what it is now from what it was. False where there is none. */
  update(key, change) {
    const row = this.#rows.get(key);
    if (!row) {
      return false;
    }
    this.#fill(row, change(row.thing));
    row.element.classList.remove("changed");
    requestAnimationFrame(() => row.element.classList.add("changed"));
    return true;
  }

  /** The thing as it is now, if its row is there. */
  refresh(thing) {
    const row = this.#rows.get(this.#key(thing));
    if (row) {
      this.#fill(row, thing);
    }
  }

  /** The things that are shown, in their order. */
  things() {
    const rows = new Map([...this.#rows.values()].map((row) => [row.element, row.thing]));
    return [...this.#body.children].map((element) => rows.get(element));
  }

  #row(thing) {
    const key = this.#key(thing);
    let row = this.#rows.get(key);
    if (!row) {
      const link = el("a", { class: "row-link", tabindex: "-1" });
      const cells = this.#columns.map((column) =>
        el("td", { class: this.#classes(column), "data-title": column.title }, column.link ? link : []));
      row = { element: el("tr", {}, cells), cells, link, thing: null, seen: "" };
      row.element.addEventListener("click", (event) => this.#click(event, row));
      link.addEventListener("focus", () => this.#reach(link));
      this.#rows.set(key, row);
    }
    this.#fill(row, thing);
    return row;
  }

  #fill(row, thing) {
    const seen = JSON.stringify(thing);
    row.thing = thing;
    row.link.href = this.#address(thing);
    if (row.seen === seen) {
      return;
    }
    row.seen = seen;
    this.#columns.forEach((column, i) => {
      const content = column.cell(thing) ?? "";
      (column.link ? row.link : row.cells[i]).replaceChildren(...[content].flat());
    });
  }

  /** A row is its link, but for what else can be clicked in it, and text that somebody marks. */
  #click(event, row) {
    if (!event.target.closest("a, button, input, select, summary") && getSelection().isCollapsed) {
      row.link.click();
      row.link.focus({ preventScroll: true });
    }
  }

  #links() {
    return [...this.#body.querySelectorAll(".row-link")];
  }

  #reach(link) {
    this.#links().forEach((one) => (one.tabIndex = one === link ? 0 : -1));
  }

  /** One row can be reached by Tab; the arrows go on from there. */
  #makeReachable() {
    const links = this.#links();
    if (links.length > 0 && !links.some((link) => link.tabIndex === 0)) {
      links[0].tabIndex = 0;
    }
  }

  #move(by) {
    const links = this.#links();
    if (links.length === 0) {
      return false;
    }
    const at = links.indexOf(document.activeElement);
    const current = at >= 0 ? at + by : Math.max(0, links.findIndex((link) => link.tabIndex === 0));
    links[Math.max(0, Math.min(links.length - 1, current))].focus();
    return true;
  }

  close() {
    this.#unbind();
  }
}
