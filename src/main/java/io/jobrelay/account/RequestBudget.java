package io.jobrelay.account;

/** Says when a request may be made, so that each account stays below its ceiling. */
public interface RequestBudget {
    /** Takes one request of the account, to be made at once, and waits for it if it must. */
    void takeOne(String account) throws InterruptedException;
}
