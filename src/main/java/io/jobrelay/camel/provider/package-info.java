/** The steps of provider routes: make the request, sign it, parse the reply, make records of it. */
@NullMarked
package io.jobrelay.camel.provider;

import org.jspecify.annotations.NullMarked;
