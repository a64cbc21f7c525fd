/** Accounts: where a provider is reached and who asks. */
@NullMarked
package io.jobrelay.account;

import org.jspecify.annotations.NullMarked;
