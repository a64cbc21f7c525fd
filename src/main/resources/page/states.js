/** States: each has a family, each family a colour and a shape, and the name is always written. */

import { el, svg } from "./dom.js";

const FAMILIES = {
  QUEUED: "waiting", STARTING: "waiting", PAUSED: "waiting",
  RUNNING: "running",
  SUCCEEDED: "good",
  PARTIALLY_SUCCEEDED: "partly",
  FAILED: "bad",
  CANCELLING: "cancelled", CANCELLED: "cancelled",
  UNKNOWN: "unknown",
};

/** In the order of a job's life. */
export const STATES = [
  "QUEUED", "STARTING", "RUNNING", "PAUSED", "CANCELLING",
  "SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELLED", "UNKNOWN",
];

/** The shapes, drawn in a square of 16. */
const SHAPES = {
  waiting: "M8 4.5V8l2.4 1.6",
  running: "M6.5 5.2 10.8 8l-4.3 2.8z",
  good: "m5 8.2 2.1 2.1L11 6.2",
  partly: "M8 4.8v3.8M8 10.9v.2",
  bad: "m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4",
  cancelled: "M5 8h6",
  unknown: "M6.4 6.4c.1-2 3.3-1.9 3.2 0 0 1.2-1.6 1.3-1.6 2.5M8 11.1v.1",
};

export const family = (state) => FAMILIES[state] ?? "unknown";

/** PARTIALLY_SUCCEEDED as people write it. */
export const words = (code) => {
  if (code === "OK") {
    return code;
  }
  const text = String(code).toLowerCase().replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Why the last poll of a watch failed, all that is known of it; nothing if it did not. */
export const failureOf = ({ health, failure }) => failure && [
  words(health), failure.httpStatus && "HTTP " + failure.httpStatus, failure.code, failure.message,
].filter(Boolean).join(" \u00b7 ");

/** The sign of a family. */
export function sign(name) {
  return svg("svg", { class: "sign", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("circle", { cx: 8, cy: 8, r: 6.4 }), svg("path", { d: SHAPES[name] ?? SHAPES.unknown }));
}

/** A state, or anything else that does well or badly, as a coloured sign and its name. */
export function badge(name, kind = family(name)) {
  return el("span", { class: "badge " + kind }, sign(kind), el("span", {}, words(name)));
}

/** How far a job is: a bar with the number beside it, as far as it is known; nothing if nothing is. */
export function progressBar(job) {
  const { percent, completed, total } = job.progress ?? {};
  const part = percent ?? (total > 0 && completed !== undefined ? (100 * completed) / total : null);
  if (part === null) {
    return null;
  }
  const shown = Math.max(0, Math.min(100, part));
  const counts = total > 0 && completed !== undefined ? completed + " of " + total : null;
  return el("span", { class: "progress " + family(job.state), title: counts },
    el("progress", { max: 100, value: shown, "aria-label": "Progress" }),
    el("span", {}, Math.floor(shown) + " %"));
}
