package io.jobrelay.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.secrets.Secrets;
import org.junit.jupiter.api.Test;

class PollFailureTest {
    @Test
    void is_described_with_all_that_is_known() {
        PollFailure failure = new PollFailure(FailureKind.REJECTED, 400, "res.2211", "Failed to query.", null, null);

        assertThat(failure.describe("huawei-res-job", "huawei"))
                .isEqualTo(
                        "api=huawei-res-job account=huawei kind=REJECTED status=400 code=res.2211: Failed to query.");
    }

    @Test
    void is_described_without_what_did_not_come() {
        assertThat(PollFailure.without(FailureKind.TIMEOUT, "no reply in 30s").describe("a", "b"))
                .isEqualTo("api=a account=b kind=TIMEOUT: no reply in 30s");
    }

    @Test
    void is_described_in_one_line_that_shows_no_secret() {
        Secrets secrets = new Secrets();
        secrets.add("not-for-you");
        PollFailure failure = new PollFailure(
                FailureKind.FORBIDDEN,
                403,
                "no\tnot-for-you",
                "key not-for-you\r\n\u001b[31mis \u202ewrong",
                null,
                null);

        assertThat(failure.redacted(secrets::mask).describe("a", "b"))
                .isEqualTo(
                        "api=a account=b kind=FORBIDDEN status=403 code=no\\t***: key ***\\r\\n\\u001b[31mis \\u202ewrong");
    }
}
