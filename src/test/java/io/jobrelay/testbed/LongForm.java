package io.jobrelay.testbed;

/** What {@code mvn verify -Plong} makes longer than the ordinary build. */
public final class LongForm {
    public static final boolean ON = Boolean.getBoolean("jobrelay.test.long");

    private LongForm() {}

    /** So many in the long form, or as many as prove it in the ordinary build. */
    public static int count(int inLongForm, int ordinary) {
        return ON ? inLongForm : ordinary;
    }
}
