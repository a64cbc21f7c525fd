package io.jobrelay.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** Why a job failed, in the provider's words. {@code detailsUrl} leads to a report, where the provider offers one. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record JobError(
        @Nullable String code,
        @Nullable String message,
        @Nullable String detailsUrl) {}
