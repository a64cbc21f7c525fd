package io.jobrelay.job;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Where a job lives: the provider, the account it was asked with, and the provider's own names for it, verbatim.
 *
 * @param name the cloud, for people
 * @param service the cloud's service, for people
 * @param api the provider API that answered
 * @param account the name of the account in {@code application.properties}
 * @param requestId the provider's id of the reply, for its support
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ProviderReference(
        String name,
        String service,
        String api,
        String account,
        @Nullable String project,
        @Nullable String workspace,
        @Nullable String dataset,
        @Nullable String datasetVersion,
        @Nullable String user,
        @Nullable String jobId,
        @Nullable String requestId) {
    public ProviderReference {
        requireNonNull(name, "name is null");
        requireNonNull(service, "service is null");
        requireNonNull(api, "api is null");
        requireNonNull(account, "account is null");
    }
}
