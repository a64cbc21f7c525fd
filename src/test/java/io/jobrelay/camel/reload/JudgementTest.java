package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.reload.Judgement.Verdict;
import io.jobrelay.settings.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** In these snapshots a text is what its file gives and, behind a colon, what it needs: {@code "a b: c"}; "bad" is wrong. */
class JudgementTest {
    private static final ConfigSnapshot RUNNING =
            snapshot("caller", "x: called", "called", "called", "policy", "policy");

    @Test
    void takes_what_is_good() {
        Verdict verdict = judge(snapshot("caller", "y: called", "called", "called", "new", "z: y"));

        assertThat(verdict.taken()).containsExactly("caller", "new", "policy");
        assertThat(verdict.refused()).isEmpty();
    }

    @Test
    void refuses_what_is_bad_and_takes_the_rest() {
        Verdict verdict = judge(snapshot("caller", "bad", "called", "called", "policy", "p"));

        assertThat(verdict.taken()).containsExactly("policy");
        assertThat(verdict.refused()).containsOnlyKeys("caller");
        assertThat(verdict.refused().get("caller")).containsExactly(new Problem("caller", 1, "is bad"));
    }

    @Test
    void does_not_take_away_what_others_need() {
        Verdict verdict = judge(snapshot("caller", "x: called", "policy", "p"));

        assertThat(verdict.taken()).containsExactly("policy");
        assertThat(verdict.refused().get("called"))
                .containsExactly(new Problem("called", 0, "would break caller:1: needs called"));
    }

    @Test
    void takes_a_new_name_with_those_who_use_it_and_not_without() {
        Verdict together = judge(snapshot("caller", "x: other", "called", "other", "policy", "policy"));
        Verdict alone = judge(snapshot("caller", "x: called", "called", "other", "policy", "policy"));
        Verdict one = judge(snapshot("caller", "x: other", "called", "called", "policy", "policy"));

        assertThat(together.taken()).containsExactly("called", "caller");
        assertThat(alone.refused()).containsOnlyKeys("called");
        assertThat(one.refused()).containsOnlyKeys("caller");
    }

    @Test
    void refuses_with_a_bad_file_those_that_need_it() {
        Verdict verdict = judge(snapshot("caller", "x: other", "called", "bad", "policy", "p"));

        assertThat(verdict.taken()).containsExactly("policy");
        assertThat(verdict.refused()).containsOnlyKeys("called", "caller");
    }

    @Test
    void takes_a_file_that_was_wrong_only_beside_another() {
        Verdict verdict = judge(snapshot("caller", "y: called", "called", "bad", "policy", "policy"));

        assertThat(verdict.taken()).containsExactly("caller");
        assertThat(verdict.refused()).containsOnlyKeys("called");
    }

    @Test
    void blames_nobody_for_what_was_wrong_before() {
        ConfigSnapshot before = snapshot("caller", "x: gone", "policy", "policy");
        Verdict verdict =
                Judgement.of(before, before.with(snapshot("policy", "p"), Set.of("policy")), JudgementTest::problems);

        assertThat(verdict.taken()).containsExactly("policy");
    }

    @Test
    void refuses_all_where_no_single_one_is_to_blame() {
        ConfigSnapshot before = snapshot("caller", "x: called", "called", "called", "second", "called");
        Verdict verdict = Judgement.of(before, snapshot("caller", "x: called"), JudgementTest::problems);

        assertThat(verdict.taken()).hasSizeLessThan(2);
        assertThat(problems(before.with(snapshot("caller", "x: called"), verdict.taken())))
                .isEmpty();
    }

    private static Verdict judge(ConfigSnapshot found) {
        return Judgement.of(RUNNING, found, JudgementTest::problems);
    }

    private static List<Problem> problems(ConfigSnapshot snapshot) {
        Set<String> given = new TreeSet<>();
        snapshot.texts().values().forEach(text -> given.addAll(words(text.replaceFirst(":.*", ""))));
        List<Problem> problems = new ArrayList<>();
        snapshot.texts().forEach((file, text) -> {
            if (text.equals("bad")) {
                problems.add(new Problem(file, 1, "is bad"));
            }
            words(text.contains(":") ? text.replaceFirst(".*:", "") : "").stream()
                    .filter(need -> !given.contains(need))
                    .forEach(need -> problems.add(new Problem(file, 1, "needs " + need)));
        });
        return problems;
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split(" +")).stream()
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static ConfigSnapshot snapshot(String... filesAndTexts) {
        Map<String, String> texts = new TreeMap<>();
        for (int i = 0; i < filesAndTexts.length; i += 2) {
            texts.put(filesAndTexts[i], filesAndTexts[i + 1]);
        }
        return new ConfigSnapshot(texts, Map.of());
    }
}
