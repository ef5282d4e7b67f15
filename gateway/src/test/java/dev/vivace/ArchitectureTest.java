package dev.vivace;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows: doors and adapters know core, and core knows nobody. */
class ArchitectureTest {
    private static final String SIMULATOR = "dev.vivace.simulator..";
    private static final String REDIS = "dev.vivace.redis..";

    /**
     * The packages of the gateway's module; what is in none of these, nor the simulator or Redis,
     * is core.
     */
    private static final String[] GATEWAY = {
        "dev.vivace.gateway..",
        "dev.vivace.admin..",
        "dev.vivace.config..",
        "dev.vivace.replay..",
        "dev.vivace.mcp..",
        "dev.vivace.command..",
        "dev.vivace.cli.."
    };

    /** What the library offers, whether or not the gateway uses it. */
    private static final String[] LIBRARY = {
        "dev.vivace.tool..", "dev.vivace.select..", "dev.vivace.chain.."
    };

    private static final DescribedPredicate<JavaClass> IN_CORE =
            resideInAnyPackage("dev.vivace..")
                    .and(not(resideInAnyPackage(GATEWAY)))
                    .and(not(resideInAnyPackage(SIMULATOR, REDIS)))
                    .as("core");

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .withImportOption(new ImportOption.DoNotIncludePackageInfos())
                    .importPackages("dev.vivace");

    @Test
    void allModulesAreLookedAt() {
        for (String name :
                List.of(
                        "line",
                        "cache",
                        "redis",
                        "simulator",
                        "gateway",
                        "admin",
                        "config",
                        "cli")) {
            assertTrue(CLASSES.containPackage("dev.vivace." + name), name);
        }
    }

    @Test
    void coreKnowsNobodyAndNoFramework() {
        classes()
                .that(IN_CORE)
                .should()
                .onlyDependOnClassesThat(
                        IN_CORE.or(
                                resideInAnyPackage(
                                        "java..",
                                        "org.jspecify..",
                                        "org.slf4j..",
                                        "tools.jackson..",
                                        "com.github.benmanes.caffeine..",
                                        "com.knuddels.jtokkit..",
                                        "org.HdrHistogram..",
                                        "org.h2.mvstore..",
                                        "com.networknt.schema..")))
                .check(CLASSES);
    }

    @Test
    void theSimulatorKnowsOnlyCore() {
        classes()
                .that()
                .resideInAPackage(SIMULATOR)
                .should()
                .onlyDependOnClassesThat(
                        IN_CORE.or(resideInAnyPackage(SIMULATOR))
                                .or(resideOutsideOfPackages("dev.vivace..")))
                .check(CLASSES);
    }

    @Test
    void redisKnowsOnlyCoreAndKeepsItsLibrariesToItself() {
        classes()
                .that()
                .resideInAPackage(REDIS)
                .should()
                .onlyDependOnClassesThat(
                        IN_CORE.or(resideInAnyPackage(REDIS))
                                .or(resideOutsideOfPackages("dev.vivace..")))
                .check(CLASSES);
        noClasses()
                .that(not(resideInAnyPackage(REDIS)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.lettuce..", "io.github.bucket4j..")
                .check(CLASSES);
    }

    @Test
    void insideTheGatewayArrowsPointFromTheCommandLineToTheDoorsAndFromThereToTheRest() {
        noClasses()
                .that(not(resideInAnyPackage("dev.vivace.cli..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.vivace.cli..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("dev.vivace.admin..", "dev.vivace.config..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.vivace.gateway..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.vivace.config..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.vivace.admin..", "dev.vivace.replay..")
                .check(CLASSES);
        noClasses()
                .that(not(resideInAnyPackage("dev.vivace.cli..", "dev.vivace.replay..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.vivace.replay..")
                .check(CLASSES);
    }

    /** The embedded upstream is started by whoever starts the program, not known to the doors. */
    @Test
    void onlyTheCommandLineAndReplaysKnowTheSimulator() {
        noClasses()
                .that(not(resideInAnyPackage("dev.vivace.cli..", "dev.vivace.replay..", SIMULATOR)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(SIMULATOR)
                .check(CLASSES);
    }

    @Test
    void vertxIsWhereTheDoorsAre() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.vivace.config..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "io.netty..")
                .check(CLASSES);
        noClasses()
                .that(not(resideInAnyPackage("dev.vivace.command..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.commons.cli..")
                .check(CLASSES);
    }

    @Test
    void theProtocolOfToolServersIsSpokenInOneRoom() {
        noClasses()
                .that(not(resideInAnyPackage("dev.vivace.mcp..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.modelcontextprotocol..", "reactor..")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.vivace.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void packagesAreFlat() {
        classes()
                .that()
                .resideInAPackage("dev.vivace..")
                .should()
                .resideInAPackage("dev.vivace.*")
                .check(CLASSES);
    }

    @Test
    void everyPackageSaysThatNothingIsNull() {
        JavaClasses all =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.vivace");
        Set<String> unmarked =
                all.stream()
                        .map(JavaClass::getPackage)
                        .filter(each -> !each.isAnnotatedWith(NullMarked.class))
                        .map(JavaPackage::getName)
                        .collect(Collectors.toSet());
        assertTrue(unmarked.isEmpty(), "not @NullMarked: " + unmarked);
    }

    @Test
    void noReactiveTypeIsInASignatureOfCore() {
        classes()
                .that(IN_CORE)
                .and(DescribedPredicate.not(MAY_ASK_ANOTHER_MACHINE))
                .should(haveNoReactiveSignature())
                .check(CLASSES);
    }

    /**
     * What replicas share may lie elsewhere, and an event loop must not wait for it. These, and no
     * others, say so with the JDK's own {@code CompletionStage}.
     */
    private static final DescribedPredicate<JavaClass> MAY_ASK_ANOTHER_MACHINE =
            DescribedPredicate.describe(
                    "may ask another machine",
                    type ->
                            Set.of(
                                            "dev.vivace.cache.SecondLevel",
                                            "dev.vivace.key.Fleet",
                                            "dev.vivace.key.Fleet$Others",
                                            "dev.vivace.key.Spending",
                                            "dev.vivace.limit.Claim",
                                            "dev.vivace.limit.LocalBuckets",
                                            "dev.vivace.limit.RateBuckets",
                                            "dev.vivace.limit.UpstreamRates",
                                            "dev.vivace.line.Decision",
                                            "dev.vivace.line.Decision$Pending",
                                            "dev.vivace.line.Grant",
                                            "dev.vivace.line.Grant$Free",
                                            "dev.vivace.line.KeyGrant",
                                            "dev.vivace.replica.SharedTotals",
                                            "dev.vivace.replica.SharedTotals$Keeper")
                                    .contains(type.getName()));

    private static ArchCondition<JavaClass> haveNoReactiveSignature() {
        return new ArchCondition<>("have no reactive type in a signature") {
            @Override
            public void check(JavaClass each, ConditionEvents events) {
                Stream.concat(each.getMethods().stream(), each.getConstructors().stream())
                        .filter(member -> !member.getModifiers().contains(JavaModifier.PRIVATE))
                        .forEach(member -> {
                            var types =
                                    Stream.concat(
                                            member
                                                    .getReturnType()
                                                    .getAllInvolvedRawTypes()
                                                    .stream(),
                                            member.getParameterTypes().stream()
                                                    .flatMap(type ->
                                                            type
                                                                    .getAllInvolvedRawTypes()
                                                                    .stream()));
                            report(member, types, events);
                        });
                each.getFields()
                        .forEach(field ->
                                report(
                                        field,
                                        field.getType().getAllInvolvedRawTypes().stream(),
                                        events));
            }

            private void report(
                    JavaMember member, Stream<JavaClass> types, ConditionEvents events) {
                types.filter(type -> isReactive(type.getName()))
                        .forEach(type ->
                                events.add(
                                        SimpleConditionEvent.violated(
                                                member,
                                                member.getFullName() + " has " + type.getName())));
            }
        };
    }

    private static boolean isReactive(String name) {
        return name.startsWith("java.util.concurrent.Flow")
                || name.equals("java.util.concurrent.CompletableFuture")
                || name.equals("java.util.concurrent.CompletionStage")
                || name.startsWith("io.vertx")
                || name.startsWith("org.reactivestreams");
    }

    /**
     * A package is a room with one door. Those that JVM users come in by have a test of core that
     * uses nothing but what is public there.
     */
    @Test
    void nothingOfCoreIsPublicThatOnlyItsOwnPackageUses() {
        classes()
                .that(IN_CORE.and(not(resideInAnyPackage(LIBRARY))))
                .and()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should(beUsedFromOutside())
                .check(CLASSES);
    }

    private static ArchCondition<JavaClass> beUsedFromOutside() {
        return new ArchCondition<>("be used by another package") {
            @Override
            public void check(JavaClass each, ConditionEvents events) {
                boolean used =
                        CLASSES.stream()
                                .filter(own -> isPartOf(own, each))
                                .flatMap(own -> own.getDirectDependenciesToSelf().stream())
                                .map(use -> use.getOriginClass().getPackageName())
                                .anyMatch(user -> !user.equals(each.getPackageName()));
                if (!used) {
                    events.add(
                            SimpleConditionEvent.violated(
                                    each,
                                    each.getName()
                                            + " is public and only its own package uses it"));
                }
            }
        };
    }

    private static boolean isPartOf(JavaClass part, JavaClass whole) {
        return part.equals(whole) || part.getName().startsWith(whole.getName() + "$");
    }
}
