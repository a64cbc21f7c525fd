/** What the route files can name: languages, processors, beans and components. The only place that knows Camel. */
@NullMarked
package io.jobrelay.camel;

import org.jspecify.annotations.NullMarked;
