package io.jobrelay.benchmark;

/**
 * What the provider has counted.
 *
 * @param polls answered, refused ones included
 * @param checked polls whose signature was made again
 * @param refused polls that were not signed, or wrongly
 * @param changes polls that showed a job in another state than before, or for the first time
 * @param posts events about jobs that came to the provider's webhook
 */
record Counts(long polls, long checked, long refused, long changes, long posts) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    Counts polled() {
        return new Counts(polls + 1, checked, refused, changes, posts);
    }

    Counts verified() {
        return new Counts(polls, checked + 1, refused, changes, posts);
    }

    Counts denied() {
        return new Counts(polls, checked, refused + 1, changes, posts);
    }

    Counts changed() {
        return new Counts(polls, checked, refused, changes + 1, posts);
    }

    Counts received() {
        return new Counts(polls, checked, refused, changes, posts + 1);
    }
}
