package io.jobrelay.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.reload.Judgement.Verdict;
import io.jobrelay.settings.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** In these editions a text is what its file gives and, behind a colon, what it needs: {@code "a b: c"}; "bad" is wrong. */
class JudgementTest {
    private static final Edition RUNNING = edition("caller", "x: called", "called", "called", "policy", "policy");

    @Test
    void takes_what_is_good() {
        Verdict verdict = judge(edition("caller", "y: called", "called", "called", "new", "z: y"));

        assertThat(verdict.taken()).containsExactly("caller", "new", "policy");
        assertThat(verdict.refused()).isEmpty();
    }

    @Test
    void refuses_what_is_bad_and_takes_the_rest() {
        Verdict verdict = judge(edition("caller", "bad", "called", "called", "policy", "p"));

        assertThat(verdict.taken()).containsExactly("policy");
        assertThat(verdict.refused()).containsOnlyKeys("caller");
        assertThat(verdict.refused().get("caller")).containsExactly(new Problem("caller", 1, "is bad"));
    }

    @Test
    void does_not_take_away_what_others_need() {
        Verdict verdict = judge(edition("caller", "x: called", "policy", "p"));

        assertThat(verdict.taken()).containsExactly("policy");
        assertThat(verdict.refused().get("called"))
                .containsExactly(new Problem("called", 0, "would break caller:1: needs called"));
    }

    @Test
    void takes_a_new_name_with_those_who_use_it_and_not_without() {
        Verdict together = judge(edition("caller", "x: other", "called", "other", "policy", "policy"));
        Verdict alone = judge(edition("caller", "x: called", "called", "other", "policy", "policy"));
        Verdict one = judge(edition("caller", "x: other", "called", "called", "policy", "policy"));

        assertThat(together.taken()).containsExactly("called", "caller");
        assertThat(alone.refused()).containsOnlyKeys("called");
        assertThat(one.refused()).containsOnlyKeys("caller");
    }

    @Test
    void refuses_with_a_bad_file_those_that_need_it() {
        Verdict verdict = judge(edition("caller", "x: other", "called", "bad", "policy", "p"));

        assertThat(verdict.taken()).containsExactly("policy");
        assertThat(verdict.refused()).containsOnlyKeys("called", "caller");
    }

    @Test
    void takes_a_file_that_was_wrong_only_beside_another() {
        Verdict verdict = judge(edition("caller", "y: called", "called", "bad", "policy", "policy"));

        assertThat(verdict.taken()).containsExactly("caller");
        assertThat(verdict.refused()).containsOnlyKeys("called");
    }

    @Test
    void blames_nobody_for_what_was_wrong_before() {
        Edition before = edition("caller", "x: gone", "policy", "policy");
        Verdict verdict =
                Judgement.of(before, before.with(edition("policy", "p"), Set.of("policy")), JudgementTest::problems);

        assertThat(verdict.taken()).containsExactly("policy");
    }

    @Test
    void refuses_all_where_no_single_one_is_to_blame() {
        Edition before = edition("caller", "x: called", "called", "called", "second", "called");
        Verdict verdict = Judgement.of(before, edition("caller", "x: called"), JudgementTest::problems);

        assertThat(verdict.taken()).hasSizeLessThan(2);
        assertThat(problems(before.with(edition("caller", "x: called"), verdict.taken())))
                .isEmpty();
    }

    private static Verdict judge(Edition found) {
        return Judgement.of(RUNNING, found, JudgementTest::problems);
    }

    private static List<Problem> problems(Edition edition) {
        Set<String> given = new TreeSet<>();
        edition.texts().values().forEach(text -> given.addAll(words(text.replaceFirst(":.*", ""))));
        List<Problem> problems = new ArrayList<>();
        edition.texts().forEach((file, text) -> {
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

    private static Edition edition(String... filesAndTexts) {
        Map<String, String> texts = new TreeMap<>();
        for (int i = 0; i < filesAndTexts.length; i += 2) {
            texts.put(filesAndTexts[i], filesAndTexts[i + 1]);
        }
        return new Edition(texts, Map.of());
    }
}
