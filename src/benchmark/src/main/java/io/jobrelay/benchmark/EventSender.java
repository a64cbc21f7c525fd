package io.jobrelay.benchmark;

/** A client that sends events to one place; made by reflection with the address of that place. Thread-safe. */
interface EventSender {
    /** Returns when the event is as safe there as a delivery of Jobrelay is. */
    void send(String id, byte[] event) throws Exception;
}
