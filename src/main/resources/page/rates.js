/** Rates out of counters that only grow: of the last seconds, since a moment is too short and a day too long. */

const WINDOW = 15_000;

export class Rates {
  #samples = new Map();

  /** Takes a reading of the routes in, at that time. */
  add(time, routes) {
    const at = Date.parse(time);
    const there = new Set(routes.map((route) => route.id));
    [...this.#samples.keys()].filter((id) => !there.has(id)).forEach((id) => this.#samples.delete(id));
    for (const { id, exchanges, failed } of routes) {
      const before = this.#samples.get(id) ?? [];
      const last = before[before.length - 1];
      // A route that was loaded anew, or a Jobrelay that was started anew, counts from nothing.
      const kept = last && (last.exchanges > exchanges || last.at > at) ? [] : before;
      kept.push({ at, exchanges, failed });
      while (kept.length > 2 && at - kept[0].at > WINDOW) {
        kept.shift();
      }
      this.#samples.set(id, kept);
    }
  }

  /** How much went through and failed in a second; null before there are two readings. */
  of(id) {
    const samples = this.#samples.get(id) ?? [];
    const first = samples[0];
    const last = samples[samples.length - 1];
    if (!first || last.at <= first.at) {
      return null;
    }
    const seconds = (last.at - first.at) / 1000;
    return { exchanges: (last.exchanges - first.exchanges) / seconds, failed: (last.failed - first.failed) / seconds, seconds };
  }
}

/** A rate as people read it: 12/s, 40/min. */
export function rateText(perSecond) {
  if (perSecond === 0) {
    return "0/min";
  }
  const [value, unit] = perSecond >= 1 ? [perSecond, "/s"] : [perSecond * 60, "/min"];
  return (value >= 10 ? Math.round(value).toLocaleString() : String(Math.round(value * 10) / 10)) + unit;
}
