/**
 * The views, in the order of the navigation. A view has `name` (in the address), `title`, and `open(root)`, which builds it
 * and gives `show(params)`, called at once and whenever the address has other parameters, and `close()`.
 */

import { jobs } from "./jobs.js";

export const views = [jobs];
