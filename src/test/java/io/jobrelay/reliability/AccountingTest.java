package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The oracle itself: each defect, written by hand into a history without fault, is found, and is all that is found. */
class AccountingTest {
    private final List<Answer> answers = new ArrayList<>(List.of(
            said(1, "a", "RUNNING"),
            said(1, "a", "RUNNING"),
            said(1, "a", "FAILED"),
            said(1, "b", "RUNNING"),
            said(1, "b", "SUCCEEDED")));

    private final List<Arrival> arrivals = new ArrayList<>(List.of(
            came("file", "e1", "a", 1, "RUNNING", "RUNNING"),
            came("file", "e2", "b", 1, "RUNNING", "RUNNING"),
            came("file", "e3", "a", 2, "FAILED", "FAILED"),
            came("file", "e4", "b", 2, "SUCCEEDED", "SUCCEEDED"),
            came("queue", "e4", "b", 2, "SUCCEEDED", "SUCCEEDED"),
            came("queue", "e3", "a", 2, "FAILED", "FAILED"),
            signed("s1")));

    @Test
    void finds_nothing_where_nothing_is_wrong() {
        assertThat(verdict().faults()).isEmpty();
        assertThat(verdict())
                .hasToString("acknowledged=4 announced=4 arrived={file=4, queue=2, webhook=1}"
                        + " duplicated with the same id={file=0, queue=0, webhook=0} lost=0 unexpected=0 faults=0");
    }

    @Test
    void counts_what_came_again_as_it_was() {
        arrivals.add(came("file", "e1", "a", 1, "RUNNING", "RUNNING"));
        arrivals.add(signed("s2"));

        assertThat(verdict().faults()).isEmpty();
        assertThat(verdict().duplicated())
                .containsOnly(Map.entry("file", 1), Map.entry("queue", 0), Map.entry("webhook", 1));
    }

    @Test
    void counts_changes_of_jobs_and_not_that_a_watch_was_stale() {
        arrivals.add(came("file", "e5", "watch", 1, "", ""));

        assertThat(verdict().announced()).isEqualTo(4);
        assertThat(verdict().arrived()).containsEntry("file", 5);
    }

    @Test
    void finds_a_state_that_was_taken_in_and_never_announced() {
        answers.add(said(1, "c", "QUEUING"));
        answers.add(said(1, "c", "RUNNING"));
        arrivals.add(came("file", "e5", "c", 1, "RUNNING", "RUNNING"));

        assertOnly(Fault.LOST);
        assertThat(verdict().toString()).contains("QUEUING of c, of which came [RUNNING]");
    }

    @Test
    void finds_a_job_that_nothing_came_of() {
        answers.add(said(2, "c", "QUEUING"));

        assertOnly(Fault.LOST);
    }

    @Test
    void forgives_a_state_whose_answer_a_kill_overtook() {
        answers.add(said(1, "c", "QUEUING"));
        answers.add(said(2, "c", "RUNNING"));
        arrivals.add(came("file", "e5", "c", 1, "RUNNING", "RUNNING"));

        assertThat(verdict().faults()).isEmpty();
    }

    @Test
    void takes_an_answer_for_taken_in_when_another_node_asks_and_nothing_has_happened_to_the_first() {
        answers.add(new Answer(1, "c", Map.of("c", "QUEUING"), Set.of(1, 2)));
        answers.add(new Answer(2, "c", Map.of("c", "RUNNING"), Set.of(1, 2)));
        arrivals.add(came("file", "e5", "c", 1, "RUNNING", "RUNNING"));

        assertOnly(Fault.LOST);
    }

    @Test
    void knows_the_parts_of_a_destination() {
        arrivals.removeIf(
                arrival -> arrival.id().equals("e3") && arrival.destination().equals("file"));
        arrivals.add(0, came("file/a", "e3", "a", 2, "FAILED", "FAILED"));
        assertThat(verdict().faults()).isEmpty();

        arrivals.add(1, came("file/a", "e6", "b", 4, "RUNNING", "RUNNING"));
        arrivals.add(2, came("file/a", "e7", "b", 3, "RUNNING", "RUNNING"));
        assertThat(verdict().faults()).containsKey(Fault.OUT_OF_ORDER);
    }

    @Test
    void holds_no_answer_against_jobrelay_that_was_none() {
        answers.add(new Answer(1, "a", Map.of()));
        answers.add(new Answer(1, "c", Map.of()));

        assertThat(verdict().faults()).isEmpty();
    }

    @Test
    void finds_what_a_destination_did_not_get() {
        for (String destination : List.of("file", "queue", "webhook")) {
            List<Arrival> all = List.copyOf(arrivals);
            arrivals.removeIf(arrival ->
                    arrival.destination().equals(destination) && arrival.id().equals("e3"));
            assertOnly(Fault.LOST);
            assertThat(verdict().toString()).contains("on the way to the " + destination);
            arrivals.clear();
            arrivals.addAll(all);
        }
    }

    @Test
    void finds_what_no_provider_said() {
        arrivals.add(came("file", "e5", "a", 3, "RUNNING", "RUNNING"));

        assertOnly(Fault.UNEXPECTED);
    }

    @Test
    void finds_a_job_that_no_provider_has() {
        arrivals.add(came("file", "e5", "z", 1, "RUNNING", "RUNNING"));

        assertOnly(Fault.UNEXPECTED);
    }

    @Test
    void finds_a_state_that_was_announced_twice_though_it_was_entered_once() {
        arrivals.set(3, came("file", "e4", "b", 2, "RUNNING", "RUNNING"));
        arrivals.add(came("file", "e5", "b", 3, "SUCCEEDED", "SUCCEEDED"));
        arrivals.set(4, came("queue", "e5", "b", 3, "SUCCEEDED", "SUCCEEDED"));

        assertOnly(Fault.UNEXPECTED);
    }

    @Test
    void finds_what_a_destination_should_not_have_got() {
        arrivals.add(came("queue", "e1", "a", 1, "RUNNING", "RUNNING"));

        assertThat(verdict().faults()).containsKey(Fault.UNEXPECTED);
    }

    @Test
    void finds_a_change_with_a_second_id() {
        arrivals.add(came("file", "e9", "b", 1, "RUNNING", "RUNNING"));

        assertThat(verdict().faults()).containsKey(Fault.SECOND_ID);
    }

    @Test
    void finds_one_id_with_two_contents() {
        arrivals.set(5, Arrival.of("queue", event("e3", "a", 2, "FAILED", "FAILED") + " "));

        assertOnly(Fault.DIFFERENT_BYTES);
    }

    @Test
    void finds_a_later_change_that_came_first_though_only_the_first_time_counts() {
        arrivals.add(arrivals.get(0));
        assertThat(verdict().faults()).isEmpty();

        arrivals.add(0, arrivals.get(2));
        assertOnly(Fault.OUT_OF_ORDER);
    }

    @Test
    void finds_a_number_that_was_left_out() {
        arrivals.set(3, came("file", "e4", "b", 3, "SUCCEEDED", "SUCCEEDED"));
        arrivals.set(4, came("queue", "e4", "b", 3, "SUCCEEDED", "SUCCEEDED"));

        assertOnly(Fault.GAP);
    }

    @Test
    void finds_a_wrong_state() {
        arrivals.set(1, came("file", "e2", "b", 1, "RUNNING", "QUEUED"));

        assertOnly(Fault.WRONG_STATE);
    }

    @Test
    void finds_a_second_end() {
        answers.add(said(1, "b", "CANCELED"));
        arrivals.add(came("file", "e5", "b", 3, "CANCELED", "CANCELLED"));
        arrivals.add(came("queue", "e5", "b", 3, "CANCELED", "CANCELLED"));

        assertOnly(Fault.SECOND_END);
    }

    @Test
    void finds_a_wrong_signature() {
        arrivals.set(6, Arrival.of("webhook", event("e3", "a", 2, "FAILED", "FAILED"), "s1", false));

        assertOnly(Fault.BAD_SIGNATURE);
    }

    @Test
    void finds_a_request_that_was_sent_again_as_it_was() {
        arrivals.add(signed("s1"));

        assertOnly(Fault.REPEATED_REQUEST);
    }

    @Test
    void finds_half_an_event() {
        arrivals.add(
                Arrival.of("file", event("e1", "a", 1, "RUNNING", "RUNNING").substring(9)));

        assertOnly(Fault.TORN);
    }

    private Verdict verdict() {
        return Accounting.of(answers, arrivals, Accounting.ROUTER);
    }

    private void assertOnly(Fault fault) {
        assertThat(verdict().faults()).containsOnlyKeys(fault);
        assertThat(verdict().clean()).isFalse();
    }

    private static Answer said(int life, String job, String state) {
        return new Answer(life, job, Map.of(job, state));
    }

    private static Arrival came(
            String destination, String id, String job, long sequence, String providerState, String state) {
        return Arrival.of(destination, event(id, job, sequence, providerState, state));
    }

    private static Arrival signed(String signature) {
        return Arrival.of("webhook", event("e3", "a", 2, "FAILED", "FAILED"), signature, true);
    }

    private static String event(String id, String job, long sequence, String providerState, String state) {
        return """
                {"id":"%s","subject":"%s","sequence":"%010d","data":{"job":{"providerState":"%s","state":"%s"}}}""".formatted(id, job, sequence, providerState, state);
    }
}
