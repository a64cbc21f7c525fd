/** The lines between the nodes of the flow: from side to side, or from top to bottom where the stages stand below each other. */

import { svg } from "./dom.js";

export class Edges {
  #board;
  #drawing = svg("svg", { class: "edges", "aria-hidden": "true" });
  #paths = new Map();
  #edges = [];
  #observer;

  /** @param board what holds the nodes, each with a `data-node` */
  constructor(board) {
    this.#board = board;
    board.prepend(this.#drawing);
    this.#observer = new ResizeObserver(() => this.#place());
    this.#observer.observe(board);
  }

  /** @param edges each with `from` and `to`, a `rate` and whether there is `trouble` */
  draw(edges) {
    this.#edges = edges;
    const there = new Set(edges.map(name));
    for (const [key, path] of this.#paths) {
      if (!there.has(key)) {
        path.remove();
        this.#paths.delete(key);
      }
    }
    for (const edge of edges) {
      let path = this.#paths.get(name(edge));
      if (!path) {
        path = svg("path", {});
        this.#paths.set(name(edge), path);
        this.#drawing.append(path);
      }
      path.setAttribute("class", edge.trouble ? "stuck" : edge.rate > 0 ? "flows" : "still");
      // Ten times as much is as much thicker as ten times as much before.
      path.setAttribute("stroke-width", String(Math.min(6, 1.5 + (edge.rate > 0 ? 1 + Math.max(0, Math.log10(edge.rate * 10)) : 0))));
    }
    this.#place();
  }

  #place() {
    const board = this.#board.getBoundingClientRect();
    const nodes = new Map([...this.#board.querySelectorAll("[data-node]")].map((node) => [node.dataset.node, node.getBoundingClientRect()]));
    this.#drawing.setAttribute("width", board.width);
    this.#drawing.setAttribute("height", board.height);
    for (const edge of this.#edges) {
      const from = nodes.get(edge.from);
      const to = nodes.get(edge.to);
      if (from && to) {
        this.#paths.get(name(edge)).setAttribute("d", curve(from, to, board));
      }
    }
  }

  close() {
    this.#observer.disconnect();
  }
}

const name = (edge) => edge.from + " > " + edge.to;

function curve(from, to, board) {
  if (to.left >= from.right) {
    const [x1, y1] = [from.right - board.left, from.top + from.height / 2 - board.top];
    const [x2, y2] = [to.left - board.left, to.top + to.height / 2 - board.top];
    const middle = (x1 + x2) / 2;
    return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  }
  const [x1, y1] = [from.left + from.width / 2 - board.left, from.bottom - board.top];
  const [x2, y2] = [to.left + to.width / 2 - board.left, to.top - board.top];
  const middle = (y1 + y2) / 2;
  return `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}
