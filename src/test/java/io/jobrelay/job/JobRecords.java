package io.jobrelay.job;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records as a provider's mapping gives them, with no more in them than a test is about. */
public final class JobRecords {
    private JobRecords() {}

    public static JobRecord of(String id, JobState state) {
        return of(id, state, null, state.name(), null);
    }

    /** A job of that account; all the others are of acme's. */
    public static JobRecord of(String account, String id, JobState state) {
        return of(account, id, state, null, state.name(), null, List.of());
    }

    public static JobRecord of(
            String id,
            JobState state,
            @Nullable String reason,
            @Nullable String providerState,
            @Nullable Integer percent) {
        return of(id, state, reason, providerState, percent, List.of());
    }

    public static JobRecord of(
            String id,
            JobState state,
            @Nullable String reason,
            @Nullable String providerState,
            @Nullable Integer percent,
            List<String> anomalies) {
        return of("acme", id, state, reason, providerState, percent, anomalies);
    }

    private static JobRecord of(
            String account,
            String id,
            JobState state,
            @Nullable String reason,
            @Nullable String providerState,
            @Nullable Integer percent,
            List<String> anomalies) {
        ProviderReference provider =
                new ProviderReference("Acme", "Train", "acme-job", account, null, null, null, null, null, null, null);
        Progress progress = percent == null
                ? null
                : new Progress(BigDecimal.valueOf(percent), null, null, null, null, null, null, null);
        return new JobRecord(
                id,
                "TRAINING",
                null,
                null,
                null,
                null,
                Map.of(),
                provider,
                state,
                reason,
                null,
                providerState,
                null,
                null,
                progress,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                anomalies,
                null);
    }
}
