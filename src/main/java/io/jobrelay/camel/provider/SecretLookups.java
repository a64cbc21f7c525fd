package io.jobrelay.camel.provider;

import io.jobrelay.secrets.SecretProperties;
import io.jobrelay.secrets.Secrets;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code {{env:NAME}}}, which learns the secrets that it gives. Those of properties that stand in no file, since the
 * environment gives them, are learned as they are looked up.
 */
record SecretLookups(PropertiesFunction environment, Secrets secrets) implements PropertiesFunction {
    private static final String ENVIRONMENT = "env";

    /** From now on the secrets learn what is looked up. */
    static void learn(PropertiesComponent properties, Secrets secrets) {
        properties.addPropertiesFunction(new SecretLookups(properties.getPropertiesFunction(ENVIRONMENT), secrets));
        properties.addPropertiesLookupListener((name, value, absent, source) -> {
            if (!value.contains(PropertiesComponent.PREFIX_TOKEN)) {
                SecretProperties.learn(name, value, secrets);
            }
        });
    }

    @Override
    public String getName() {
        return ENVIRONMENT;
    }

    @Override
    public @Nullable String apply(String remainder) {
        String value = environment.apply(remainder);
        if (value != null) {
            SecretProperties.learn(remainder.replaceFirst(":.*", ""), value, secrets);
        }
        return value;
    }
}
