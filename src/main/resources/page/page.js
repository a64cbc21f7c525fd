/** The page: the bar, the view that the address names, the panel beside it, and what is connected to what. */

import { get } from "./api.js";
import { el } from "./dom.js";
import { startGlance } from "./glance.js";
import { bind, showKeys } from "./keys.js";
import { panel } from "./panel.js";
import { reload } from "./reload.js";
import { go, here, href, place } from "./router.js";
import { start, stream } from "./stream.js";
import { startClock } from "./time.js";
import { toast } from "./toast.js";
import { views } from "./views.js";

const main = document.getElementById("main");
let open = null;

function navigation() {
  const links = views.map((view, i) => {
    bind(String(i + 1), view.title, () => go(href(view.name)));
    return el("a", { href: href(view.name), data: { view: view.name } }, view.title);
  });
  document.getElementById("views").append(...links);
}

function show() {
  const { view: name, params } = place();
  const view = views.find((one) => one.name === name);
  if (!view) {
    go(href(views[0].name), { replace: true });
    return;
  }
  if (open?.view !== view) {
    open?.shown.close();
    main.replaceChildren();
    document.title = view.title + " \u00b7 Jobrelay";
    open = { view, shown: view.open(main) };
    for (const link of document.querySelectorAll("#views a")) {
      if (link.dataset.view === name) {
        link.setAttribute("aria-current", "page");
      } else {
        link.removeAttribute("aria-current");
      }
    }
  }
  open.shown.show(params);
  panel.show(params);
}

function connection() {
  const place = document.getElementById("connection");
  stream.addEventListener("state", ({ detail }) => {
    if (place.dataset.state !== detail) {
      place.dataset.state = detail;
      place.textContent = detail;
    }
  });
}

function keys() {
  bind("?", "these keys", showKeys);
  bind("Escape", "close, or leave the search", (event) => {
    const shown = panel.open(place().params);
    if (shown) {
      go(here({ [shown]: null }));
    } else {
      event.target.blur?.();
    }
  });
  document.getElementById("help").addEventListener("click", showKeys);
  document.getElementById("skip").addEventListener("click", () => main.focus());
}

/** The position first: whoever reads it, then the lists, then the stream from there on has missed nothing. */
async function connect() {
  for (;;) {
    try {
      const { position } = await get("api/summary");
      start(position);
      return;
    } catch (problem) {
      toast(problem.message, "refused");
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

navigation();
keys();
connection();
startClock();
addEventListener("hashchange", show);
await connect();
startGlance();
reload.start();
show();
