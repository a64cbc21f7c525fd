/** The HTTP API and the page: the contents of the ledger for programs and people, and the few edits they may make. */
@NullMarked
package io.jobrelay.api;

import org.jspecify.annotations.NullMarked;
