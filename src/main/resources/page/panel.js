/** The panel beside a view: a job or a watch in detail. It comes and goes with the address; focus goes there and comes back. */

import { JobDetail } from "./job.js";
import { WatchDetail } from "./watch.js";

const place = document.getElementById("panel");
/** What can be shown, by the parameter of the address that names it. */
const KINDS = { job: JobDetail, id: WatchDetail };
let shown = null;
let key = null;
let before = null;

export const panel = {
  /** The parameter by which something is shown, null where nothing is. */
  open: (params) => Object.keys(KINDS).find((name) => params.has(name)) ?? null,

  /** Shows what the address names, or nothing. */
  show(params) {
    const kind = panel.open(params);
    const wanted = kind && kind + " " + params.get(kind);
    if (wanted === key) {
      return;
    }
    key = wanted;
    shown?.close();
    place.replaceChildren();
    if (kind === null) {
      shown = null;
      place.hidden = true;
      before?.isConnected && before.focus({ preventScroll: true });
      before = null;
      return;
    }
    if (shown === null) {
      before = document.activeElement === document.body ? null : document.activeElement;
    }
    place.hidden = false;
    place.scrollTop = 0;
    shown = new KINDS[kind](place, params.get(kind));
    place.focus({ preventScroll: true });
  },
};
