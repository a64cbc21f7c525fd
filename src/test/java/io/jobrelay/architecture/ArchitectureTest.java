package io.jobrelay.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** A rule may be empty: it speaks of packages before they are there. */
@AnalyzeClasses(packages = "io.jobrelay", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** From the ground up: each package may use those before it. A new package has to take its place here. */
    private static final List<String> PACKAGES = List.of(
            "job",
            "secrets",
            "logging",
            "signing",
            "httpclient",
            "account",
            "delivery",
            "settings",
            "watch",
            "provider",
            "ledger",
            "status",
            "camel",
            "api",
            "sandbox",
            "cli");

    /** Likewise within {@code camel}; above them all is {@code camel} itself, which puts them together. */
    private static final List<String> CAMEL = List.of(
            "config",
            "outbox",
            "watches",
            "metrics",
            "health",
            "node",
            "provider",
            "destination",
            "engine",
            "validation",
            "reload");

    @ArchTest
    static void packages_depend_one_way(JavaClasses classes) {
        layered("io.jobrelay", PACKAGES)
                .ensureAllClassesAreContainedInArchitectureIgnoring("io.jobrelay")
                .because("what a job is does not depend on how it is fetched, kept, delivered or shown")
                .check(classes);
    }

    @ArchTest
    static void packages_within_camel_depend_one_way(JavaClasses classes) {
        layered("io.jobrelay.camel", CAMEL)
                .ensureAllClassesAreContainedInArchitecture()
                .layer("camel")
                .definedBy("io.jobrelay.camel")
                .whereLayer("camel")
                .mayNotBeAccessedByAnyLayer()
                .because("a stage of the flow does not depend on the stages behind it, nor on what puts them together")
                .check(classes.that(resideInAPackage("io.jobrelay.camel..")));
    }

    private static LayeredArchitecture layered(String parent, List<String> packages) {
        LayeredArchitecture architecture = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String name : packages) {
            architecture = architecture.optionalLayer(name).definedBy(parent + "." + name + "..");
        }
        for (int place = 1; place < packages.size(); place++) {
            String[] below = packages.subList(0, place).toArray(String[]::new);
            architecture = architecture.whereLayer(packages.get(place)).mayOnlyAccessLayers(below);
        }
        return architecture.whereLayer(packages.get(0)).mayNotAccessAnyLayer();
    }

    @ArchTest
    static final ArchRule packages_within_camel_form_no_cycles = slices().matching("io.jobrelay.camel.(*)..")
            .should()
            .beFreeOfCycles()
            .because("packages in a cycle can only be understood, tested and moved together");

    @ArchTest
    static final ArchRule packages_form_no_cycles = slices().matching("io.jobrelay.(*)..")
            .should()
            .beFreeOfCycles()
            .because("packages in a cycle can only be understood, tested and moved together")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule job_signing_and_httpclient_know_nothing_else_of_ours = slices().matching(
                    "io.jobrelay.(job|signing|httpclient)..")
            .should()
            .notDependOnEachOther()
            .because("a record, a signature and a connection can each be understood alone")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule job_and_signing_are_plain_java = noClasses()
            .that()
            .resideInAnyPackage("..job..", "..signing..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.apache.camel..", "org.jdbi..", "java.sql..", "javax.sql.."))
            .because("a record and a signature are the same whatever fetches, keeps or delivers them")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule only_the_ledger_knows_sql = noClasses()
            .that()
            .resideOutsideOfPackage("..ledger..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "java.sql..", "javax.sql..", "org.jdbi..", "org.flywaydb..", "com.zaxxer..", "org.sqlite.."))
            .because("a transaction that begins in one package and ends in another is nobody's")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule the_api_reaches_no_route = noClasses()
            .that()
            .resideInAPackage("io.jobrelay.api..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.apache.camel..", "io.jobrelay.camel.."))
            .because("whoever sends a request must not come near what runs programs")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule only_the_commands_speak_to_the_terminal = noClasses()
            .that()
            .resideOutsideOfPackage("..cli..")
            .should(ACCESS_STANDARD_STREAMS)
            .because("standard output carries the data of a command and nothing else; everything else is logged")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule only_the_commands_ask_the_machine_for_the_time = noClasses()
            .that()
            .resideOutsideOfPackage("..cli..")
            .should()
            .accessTargetWhere(asksTheMachineForTheTime())
            .because("the commands hand a Clock down, and a test moves it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule logging_goes_through_slf4j = noClasses()
            .should(USE_JAVA_UTIL_LOGGING)
            .because("java.util.logging passes by our log's format and levels")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule packages_are_null_marked =
            classes().should(resideInANullMarkedPackage()).because("NullAway looks at nothing else");

    /** Calls and method references alike; {@code now(clock)} asks the clock, not the machine. */
    private static DescribedPredicate<JavaAccess<?>> asksTheMachineForTheTime() {
        return DescribedPredicate.describe("asks the machine for the time", access -> {
            if (!(access.getTarget() instanceof CodeUnitAccessTarget target)) {
                return false;
            }
            JavaClass owner = target.getOwner();
            String name = target.getName();
            boolean now = owner.getPackageName().startsWith("java.time")
                    && name.equals("now")
                    && target.getRawParameterTypes().stream().noneMatch(type -> type.isAssignableTo(Clock.class));
            boolean clock = owner.isEquivalentTo(Clock.class) && name.startsWith("system");
            boolean millis = owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis");
            boolean date = owner.isEquivalentTo(Date.class)
                    && name.equals("<init>")
                    && target.getRawParameterTypes().isEmpty();
            return now || clock || millis || date;
        });
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package whose package-info.java says @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                String message = "%s: package-info.java with @NullMarked is missing".formatted(type.getPackageName());
                events.add(new SimpleConditionEvent(type, marked, message));
            }
        };
    }
}
