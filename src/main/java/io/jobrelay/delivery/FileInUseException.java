package io.jobrelay.delivery;

import java.io.IOException;

/** Another writer has the files; two writers would break each other's lines. */
final class FileInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    FileInUseException(DatedPath path) {
        super(path + ": one writer at a time, was open in another (" + path.lock()
                + " is locked); stop it, or give this" + " destination a path of its own");
    }
}
