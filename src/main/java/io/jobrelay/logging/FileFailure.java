package io.jobrelay.logging;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Why a file cannot be read or written, for people. */
public final class FileFailure {
    private FileFailure() {}

    /** The reason, without the name of the file. */
    public static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof CharacterCodingException) {
            return "it is not UTF-8";
        }
        String said = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return Optional.ofNullable(said).orElse(failure.toString());
    }
}
