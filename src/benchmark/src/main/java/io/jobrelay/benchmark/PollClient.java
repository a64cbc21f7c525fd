package io.jobrelay.benchmark;

/** A client under test; made by reflection with the API, the address of the provider and the number of polls in flight. */
interface PollClient {
    /** Polls once: signs, asks, parses the reply and returns the job's state in the provider's words. Thread-safe. */
    String poll(String job) throws Exception;
}
