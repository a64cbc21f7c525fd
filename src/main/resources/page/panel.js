/** The panel beside a view: a job in detail. It comes and goes with the address; focus goes there and comes back. */

import { JobDetail } from "./job.js";

const place = document.getElementById("panel");
let shown = null;
let before = null;

export const panel = {
  /** Shows the job of that id, or nothing for null. */
  show(id) {
    if (id === (shown?.id ?? null)) {
      return;
    }
    shown?.close();
    if (id === null) {
      shown = null;
      place.hidden = true;
      place.replaceChildren();
      before?.isConnected && before.focus({ preventScroll: true });
      before = null;
      return;
    }
    if (shown === null) {
      before = document.activeElement === document.body ? null : document.activeElement;
    }
    place.hidden = false;
    place.scrollTop = 0;
    place.replaceChildren();
    shown = new JobDetail(place, id);
    place.focus({ preventScroll: true });
  },
};
