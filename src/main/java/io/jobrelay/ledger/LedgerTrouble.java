package io.jobrelay.ledger;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.ConnectionException;
import org.sqlite.SQLiteException;

/** What keeps the ledger from being opened, read or written, and what to do about it. */
enum LedgerTrouble {
    /** No space left for the file, or the server's files, or a write-ahead log. */
    FULL("is on a disk that is full", "free some space"),
    /** The user, the file or the file system does not allow writing. */
    READ_ONLY(
            "cannot be written",
            "let the user that runs Jobrelay write the file and its directory, and check that the file system is not"
                    + " mounted read-only"),
    /** Another process holds it for longer than we wait. */
    BUSY("is locked by another process", "end that process, such as a sqlite3 shell with an open transaction"),
    /** Not what SQLite wrote: nothing in it can be relied on any more. */
    DAMAGED(
            "is damaged, or is no ledger at all",
            "stop Jobrelay, then restore a backup, or move it and its -wal and -shm files aside to begin with an empty one;"
                    + " Jobrelay leaves them as they are"),
    /** The disk, or what is between it and the file. */
    UNREACHABLE("cannot be reached", "check the disk and the file system it is on"),
    /** The server, what is between it and us, or the database on it. */
    AWAY(
            "cannot be connected to",
            "check that the PostgreSQL server runs and can be reached from here, and that it has that database"),
    /** The server does not know the role, or wants another password. */
    NOT_LET_IN(
            "does not let Jobrelay in",
            "check jobrelay.ledger.user and jobrelay.ledger.password, and the server's pg_hba.conf"),
    /** The role may not, or the server is a standby. */
    NOT_ALLOWED(
            "cannot be written",
            "let the role of jobrelay.ledger.user own the database, and name the primary server, not a standby"),
    /** All connections of the server are taken. */
    CROWDED("takes no more connections", "raise the server's max_connections: a node has up to 10"),
    /** A page or an index of it is not what the server wrote. */
    CORRUPT("is damaged", "stop all Jobrelays, and restore a backup into a new database");

    private final String rule;
    private final String remedy;

    LedgerTrouble(String rule, String remedy) {
        this.rule = rule;
        this.remedy = remedy;
    }

    /** What is wrong and what to do, with the database's own words between them. */
    String message(String detail) {
        return rule + " (" + detail.lines().findFirst().orElse("") + "): " + remedy;
    }

    /** What is wrong and what to do, if that is known of a failure; otherwise the failure's own words. */
    static String message(Throwable failure, String otherwise) {
        if (failure instanceof LedgerException) {
            return String.valueOf(failure.getMessage());
        }
        String detail = detail(failure);
        return of(failure).map(trouble -> trouble.message(detail)).orElse(otherwise + detail);
    }

    /** True where going on would make it worse. */
    boolean lasting() {
        return this == DAMAGED || this == CORRUPT;
    }

    /** The trouble that a failure comes from; empty if it does not come from the ledger itself. */
    static Optional<LedgerTrouble> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException file) {
                return SqliteDialect.trouble(file.getResultCode());
            }
            if (cause instanceof SQLException server && server.getSQLState() != null) {
                return PostgresqlDialect.trouble(server.getSQLState());
            }
            if (cause instanceof FileSystemException file) {
                return Optional.of(of(file));
            }
        }
        return Optional.empty();
    }

    /** True if it is what was to be written that fails: it is too long or malformed, or cannot be made a row at all. */
    static boolean refusesData(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException file) {
                return SqliteDialect.refusesData(file.getResultCode());
            }
            if (cause instanceof SQLException server && server.getSQLState() != null) {
                return PostgresqlDialect.refusesData(server.getSQLState());
            }
            if (cause instanceof LedgerException || cause instanceof ConnectionException) {
                return false;
            }
        }
        return !(failure instanceof VirtualMachineError);
    }

    private static LedgerTrouble of(FileSystemException file) {
        String reason = String.valueOf(file.getReason());
        if (reason.contains("No space left")) {
            return FULL;
        }
        return file instanceof AccessDeniedException || reason.contains("Read-only") ? READ_ONLY : UNREACHABLE;
    }

    /**
     * The first line of the words of the innermost cause that has some: PostgreSQL goes on with the row. The file system's own
     * are only the name of the file.
     */
    static String detail(Throwable failure) {
        String detail = failure.toString();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileSystemException) {
                return cause.getClass().getSimpleName() + ": " + cause.getMessage();
            }
            detail = cause.getMessage() == null ? detail : cause.getMessage();
        }
        return detail.lines().findFirst().orElse("");
    }
}
