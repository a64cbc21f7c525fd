/** How fast Jobrelay is, beside others that do the same work on the same machine; docs/performance.md has the figures. */
@NullMarked
package io.jobrelay.benchmark;

import org.jspecify.annotations.NullMarked;
