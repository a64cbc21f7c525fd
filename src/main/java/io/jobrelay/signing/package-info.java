/** The vendors' request-signing schemes, pure: a request, credentials, an instant and a nonce in, headers out. */
@NullMarked
package io.jobrelay.signing;

import org.jspecify.annotations.NullMarked;
