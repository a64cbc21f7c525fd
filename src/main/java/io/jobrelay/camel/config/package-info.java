/** The files that Jobrelay works from, as they stood at one moment, and how Camel reads them. */
@NullMarked
package io.jobrelay.camel.config;

import org.jspecify.annotations.NullMarked;
