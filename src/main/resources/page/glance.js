/** A few figures in the bar, and beneath it what needs somebody on every view: changes of files that are not taken in. */

import { get } from "./api.js";
import { el } from "./dom.js";
import { Live } from "./live.js";
import { href } from "./router.js";
import { sign } from "./states.js";
import { reload } from "./reload.js";

const EVERY = 5_000;

const FIGURES = [
  ["running", "running", (all) => all.jobs.RUNNING ?? 0, href("jobs", { state: "RUNNING" })],
  ["failed", "bad", (all) => all.jobs.FAILED ?? 0, href("jobs", { state: "FAILED" })],
  ["refused", "bad", (all) => all.watches.REFUSED ?? 0, href("watches", { health: "REFUSED" })],
  ["stale", "bad", (all) => all.stale, href("watches", { stale: "true" })],
  ["pending", "waiting", (all) => deliveries(all, "PENDING"), href("destinations", { status: "PENDING" })],
  ["unread", "bad", (all) => deliveries(all, "UNREAD"), href("destinations", { status: "UNREAD" })],
  ["unrouted", "bad", (all) => all.unrouted, href("destinations", { status: "UNROUTED" })],
  ["dead", "bad", (all) => deliveries(all, "DEAD"), href("destinations", { status: "DEAD" })],
];
const OF = { running: "jobs running", failed: "jobs failed", refused: "watches refused", stale: "watches stale", pending: "deliveries pending",
  unread: "deliveries that go nowhere", unrouted: "events that the router fails on", dead: "deliveries dead" };

const deliveries = (all, status) => Object.values(all.deliveries).reduce((sum, counts) => sum + (counts[status] ?? 0), 0);

/** Begins to show them. */
export function startGlance() {
  const place = document.getElementById("glance");
  const links = FIGURES.map(([name, kind, , address]) => {
    const count = el("strong", {});
    const link = el("a", { href: address, class: kind, hidden: true, data: { figure: name } }, sign(kind), count, el("span", {}, name));
    return { link, count };
  });
  place.append(...links.map(({ link }) => link));
  new Live(async (signal) => {
    const all = await get("api/summary", { signal });
    FIGURES.forEach(([name, , read], i) => {
      const { link, count } = links[i];
      const value = read(all);
      link.hidden = value === 0;
      count.textContent = value.toLocaleString();
      link.title = value.toLocaleString() + " " + OF[name];
      link.setAttribute("aria-label", link.title);
    });
  }, { every: EVERY, changes: true }).now();
  pending();
}

/** Says on every view that what runs is not what is on the disk. */
function pending() {
  const place = document.getElementById("pending");
  reload.addEventListener("read", ({ detail }) => {
    const wrong = detail.files.filter((file) => ["REFUSED", "RESTART_NEEDED"].includes(file.result));
    place.hidden = !detail.pending;
    if (detail.pending) {
      const refused = wrong.filter((file) => file.result === "REFUSED").length;
      const text = refused > 0
        ? (refused === 1 ? "1 changed file is refused" : refused + " changed files are refused") + "; what ran before runs on."
        : "A change takes a restart.";
      place.replaceChildren(sign("partly"), el("span", {}, text), el("a", { href: href("flow", { at: "files" }) }, "Which, and why"));
    }
  });
}
