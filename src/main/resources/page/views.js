/**
 * The views, in the order of the navigation. A view has `name` (in the address), `title`, and `open(root)`, which builds it
 * and gives `show(params)`, called at once and whenever the address has other parameters, and `close()`.
 */

import { destinations } from "./destinations.js";
import { flow } from "./flow.js";
import { jobs } from "./jobs.js";
import { timeline } from "./timeline.js";
import { watches } from "./watches.js";

export const views = [jobs, timeline, watches, destinations, flow];
