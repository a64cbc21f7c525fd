package io.jobrelay.ledger;

import org.junit.platform.suite.api.ConfigurationParameter;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.IncludeTags;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The tests of the ledger that {@code mvn test} has run on SQLite, on PostgreSQL. */
@Suite
@IncludeEngines("junit-jupiter")
@SelectPackages("io.jobrelay.ledger")
@IncludeClassNamePatterns(".*Test")
@IncludeTags(OnBothEngines.TAG)
@ConfigurationParameter(key = Engine.CHOICE, value = "POSTGRESQL")
class LedgerOnPostgresqlIT {}
