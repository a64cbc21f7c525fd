package io.jobrelay.ledger;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * The class runs on SQLite, and in {@link LedgerOnPostgresqlIT} once more on PostgreSQL: its first field marked so, or its
 * constructor, is given the engine.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag(OnBothEngines.TAG)
@ParameterizedClass
@ArgumentsSource(Engine.Chosen.class)
@interface OnBothEngines {
    String TAG = "on-both-engines";
}
