/** Times for people: relative, and moving on by themselves; exact on hover, and where a row has the focus. */

import { el } from "./dom.js";

const UNITS = [["y", 31_536_000], ["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]];
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A length of time with its two largest units: 3d 4h, 12m, 8s. */
export function duration(millis) {
  let seconds = Math.max(0, Math.floor(millis / 1000));
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0 || parts.length > 0) {
      parts.push(count + unit);
    }
  }
  return parts.slice(0, 2).filter((part, i) => i === 0 || !part.startsWith("0")).join(" ") || "0s";
}

/** A length of time at a glance: the smaller unit only from hours on. */
export function brief(millis) {
  return millis < 3_600_000 ? duration(millis).split(" ")[0] : duration(millis);
}

export const exact = (time) => EXACT.format(new Date(time));

/** A time of today without its date. */
export function short(time) {
  const date = new Date(time);
  return date.toDateString() === new Date().toDateString() ? CLOCK.format(date) : exact(date);
}

const FORMS = {
  ago: (passed) => (passed < 1000 ? "now" : brief(passed) + " ago"),
  age: (passed) => brief(passed),
  until: (passed) => (passed >= 0 ? "due" : "in " + brief(-passed)),
};

/** A time as `ago`, `age` or `until`; nothing where there is no time. */
export function relative(time, form = "ago") {
  if (!time) {
    return null;
  }
  const shown = exact(time);
  return el("time", { datetime: time, title: shown, data: { form, exact: shown } }, text(time, form));
}

function text(time, form) {
  return FORMS[form](Date.now() - Date.parse(time));
}

/** Moves all times on, once a second while somebody looks. */
export function startClock() {
  setInterval(() => {
    if (!document.hidden) {
      for (const time of document.querySelectorAll("time[data-form]")) {
        const now = text(time.dateTime, time.dataset.form);
        if (time.textContent !== now) {
          time.textContent = now;
        }
      }
    }
  }, 1000);
}
