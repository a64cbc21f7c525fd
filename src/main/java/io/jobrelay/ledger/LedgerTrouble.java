package io.jobrelay.ledger;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What keeps the ledger's file from being opened, read or written, and what to do about it. */
enum LedgerTrouble {
    /** No space left for the file or its write-ahead log. */
    FULL("is on a disk that is full", "free some space"),
    /** The user, the file or the file system does not allow writing. */
    READ_ONLY(
            "cannot be written",
            "let the user that runs Jobrelay write the file and its directory, and check that the file system is not"
                    + " mounted read-only"),
    /** Another process holds it longer than anybody waits for. */
    BUSY("is locked by another process", "end that process, such as a sqlite3 shell with an open transaction"),
    /** Not what SQLite wrote: nothing in it can be relied on any more. */
    DAMAGED(
            "is damaged, or is no ledger at all",
            "stop Jobrelay, then restore a backup, or move it and its -wal and -shm files aside to begin with an empty one;"
                    + " Jobrelay leaves them as they are"),
    /** The disk, or what is between it and the file. */
    UNREACHABLE("cannot be reached", "check the disk and the file system it is on");

    private static final int PRIMARY_CODE = 0xff;

    private final String rule;
    private final String remedy;

    LedgerTrouble(String rule, String remedy) {
        this.rule = rule;
        this.remedy = remedy;
    }

    /** What is the matter and what to do, with the store's own words between them. */
    String message(String detail) {
        return rule + " (" + detail.lines().findFirst().orElse("") + "): " + remedy;
    }

    /** The trouble that a failure comes from; empty if it does not come from the file. */
    static Optional<LedgerTrouble> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException database) {
                return of(database.getResultCode());
            }
            if (cause instanceof FileSystemException file) {
                return Optional.of(of(file));
            }
        }
        return Optional.empty();
    }

    private static LedgerTrouble of(FileSystemException file) {
        String reason = String.valueOf(file.getReason());
        if (reason.contains("No space left")) {
            return FULL;
        }
        return file instanceof AccessDeniedException || reason.contains("Read-only") ? READ_ONLY : UNREACHABLE;
    }

    private static Optional<LedgerTrouble> of(SQLiteErrorCode code) {
        return switch (SQLiteErrorCode.getErrorCode(code.code & PRIMARY_CODE)) {
            case SQLITE_FULL -> Optional.of(FULL);
            case SQLITE_READONLY, SQLITE_PERM -> Optional.of(READ_ONLY);
            case SQLITE_BUSY, SQLITE_LOCKED -> Optional.of(BUSY);
            case SQLITE_CORRUPT, SQLITE_NOTADB -> Optional.of(DAMAGED);
            case SQLITE_IOERR, SQLITE_CANTOPEN -> Optional.of(UNREACHABLE);
            default -> Optional.empty(); // what the statement did wrong
        };
    }

    /** The words of the innermost cause that has some; the file system's own are only the name of the file. */
    static String detail(Throwable failure) {
        String detail = failure.toString();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileSystemException) {
                return cause.getClass().getSimpleName() + ": " + cause.getMessage();
            }
            detail = cause.getMessage() == null ? detail : cause.getMessage();
        }
        return detail;
    }
}
