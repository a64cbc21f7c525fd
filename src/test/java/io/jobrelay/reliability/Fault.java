package io.jobrelay.reliability;

/** What the accounting may find wrong. A second delivery with the same id and the same bytes is none of these. */
enum Fault {
    /** A state that Jobrelay had taken in was never announced, or an announced change did not come to a destination. */
    LOST,
    /** Something was announced that no provider had said, or not in that order. */
    UNEXPECTED,
    /** One change, numbered by its job, came with two ids. */
    SECOND_ID,
    /** One id came with two contents. */
    DIFFERENT_BYTES,
    /** At one destination a change of a job came before an earlier one. */
    OUT_OF_ORDER,
    /** The changes of a job are not numbered 1, 2, 3 and so on. */
    GAP,
    /** The provider's state was turned into a wrong one. */
    WRONG_STATE,
    /** A job ended twice. */
    SECOND_END,
    /** A webhook was not signed, or wrongly. */
    BAD_SIGNATURE,
    /** A request came twice with one signature: sent again behind the back of the schedule, which signs each attempt. */
    REPEATED_REQUEST,
    /** Half an event, or what is none. */
    TORN
}
