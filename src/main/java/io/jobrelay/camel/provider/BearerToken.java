package io.jobrelay.camel.provider;

import io.jobrelay.account.Account;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.secrets.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Puts the account's own token on the request: that of {@code token}, or what {@code token-file} holds now. The file is read for
 * each request, since what rotates it tells nobody.
 *
 * @param secrets learn what the file holds
 */
record BearerToken(Secrets secrets) implements Processor {
    /** What a header can carry as it is. */
    static final Pattern SENDABLE = Pattern.compile("[!-~]+");

    private static final String FILE = "token-file";

    @Override
    public void process(Exchange exchange) {
        Account account = Poll.account(exchange);
        exchange.getMessage()
                .setHeader("Authorization", "Bearer " + account.given("token").orElseGet(() -> fromFile(account)));
    }

    private String fromFile(Account account) {
        String file = account.given(FILE).orElse("");
        String problem = "holds none";
        try {
            String token = Files.readString(Path.of(file)).strip();
            secrets.addPassing(token);
            if (SENDABLE.matcher(token).matches()) {
                return token;
            }
        } catch (IOException e) {
            problem = "cannot be read";
        }
        throw new PollFailedException(PollFailure.without(
                FailureKind.UNAUTHENTICATED,
                "%s: must be a file that holds a token, '%s' %s".formatted(account.property(FILE), file, problem)));
    }
}
