package io.jobrelay.api;

/** A part of the API. What it does, it does on a worker, so it may ask the ledger. */
@FunctionalInterface
public interface Resource extends AutoCloseable {
    /** Registers what it serves; called once. */
    void addTo(Routes routes);

    /** Ends what it still does when the server stops. */
    @Override
    default void close() {}
}
