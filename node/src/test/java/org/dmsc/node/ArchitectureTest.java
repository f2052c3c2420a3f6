package org.dmsc.node;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Holds the directions between modules, and what no module may do. */
final class ArchitectureTest {
    /** All production classes of the fabric that a node loads; code generated from Avro schemas is not ours to judge. */
    private static final JavaClasses FABRIC = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/org/dmsc/schemas/avro/"))
            .importPackages("org.dmsc");

    private static final Set<String> CLOCK_TYPES = Set.of(
            Instant.class.getName(),
            LocalDate.class.getName(),
            LocalDateTime.class.getName(),
            OffsetDateTime.class.getName(),
            ZonedDateTime.class.getName());

    private static final List<Class<?>> MUTABLE_TYPES = List.of(
            AtomicReference.class, AtomicInteger.class, AtomicLong.class, AtomicBoolean.class, ExecutorService.class);

    private static final Set<String> MUTABLE_COLLECTIONS = Set.of(
            "java.util.ArrayList",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.LinkedHashMap",
            "java.util.TreeMap",
            "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.ConcurrentMap",
            "java.util.concurrent.CopyOnWriteArrayList");

    @Test
    void dependenciesPointDownwards() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("schemas")
                .definedBy("org.dmsc.schemas..")
                .layer("tenant-acl")
                .definedBy("org.dmsc.tenant..")
                .layer("bridge-core")
                .definedBy("org.dmsc.bridge.core..")
                .layer("bridge-http")
                .definedBy("org.dmsc.bridge.http..")
                .layer("bridge-mqtt")
                .definedBy("org.dmsc.bridge.mqtt..")
                .layer("registry-topology")
                .definedBy("org.dmsc.registry..")
                .layer("router-streams")
                .definedBy("org.dmsc.router..")
                .layer("node")
                .definedBy("org.dmsc.node..")
                .whereLayer("node")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("bridge-http")
                .mayOnlyBeAccessedByLayers("node")
                .whereLayer("bridge-mqtt")
                .mayOnlyBeAccessedByLayers("node")
                .whereLayer("registry-topology")
                .mayOnlyBeAccessedByLayers("node")
                .whereLayer("router-streams")
                .mayOnlyBeAccessedByLayers("node")
                .whereLayer("bridge-core")
                .mayOnlyBeAccessedByLayers("bridge-http", "bridge-mqtt", "node")
                .whereLayer("schemas")
                .mayNotAccessAnyLayer()
                .whereLayer("tenant-acl")
                .mayOnlyAccessLayers("schemas")
                .check(FABRIC);
    }

    @Test
    void noPackageDependsOnItselfThroughOthers() {
        slices().matching("org.dmsc.(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(FABRIC);
    }

    @Test
    void topologiesKnowNeitherHttpNorMqtt() {
        noClasses()
                .that()
                .resideInAnyPackage("org.dmsc.registry..", "org.dmsc.router..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.linecorp.armeria..", "io.netty..", "com.hivemq..", "org.eclipse.paho..", "java.net.http..")
                .allowEmptyShould(true)
                .check(FABRIC);
    }

    @Test
    void bridgeCoreKnowsNoProtocol() {
        noClasses()
                .that()
                .resideInAPackage("org.dmsc.bridge.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.linecorp.armeria..", "io.netty..", "com.hivemq..", "org.eclipse.paho..")
                .allowEmptyShould(true)
                .check(FABRIC);
    }

    @Test
    void onlyTheNodeWritesToStandardOutput() {
        noClasses()
                .that(not(resideInAPackage("org.dmsc.node..")))
                .should()
                .accessTargetWhere(standardStream())
                .allowEmptyShould(true)
                .check(FABRIC);
    }

    @Test
    void timeComesInThroughAClock() {
        noClasses()
                .should()
                .callMethodWhere(target(readsTheWallClock()))
                .orShould()
                .callConstructorWhere(target(makesADateOfNow()))
                .allowEmptyShould(true)
                .check(FABRIC);
    }

    @Test
    void staticFieldsAreFinal() {
        fields().that(areStaticAndWritten())
                .should()
                .beFinal()
                .allowEmptyShould(true)
                .check(FABRIC);
    }

    @Test
    void staticFieldsHoldNothingThatChanges() {
        noFields()
                .that(areStaticAndWritten())
                .should()
                .haveRawType(mutable())
                .allowEmptyShould(true)
                .check(FABRIC);
    }

    private static DescribedPredicate<JavaAccess<?>> standardStream() {
        return DescribedPredicate.describe(
                "System.out or System.err",
                access -> access.getTargetOwner().isEquivalentTo(System.class)
                        && Set.of("out", "err").contains(access.getTarget().getName()));
    }

    private static <T extends AccessTarget> DescribedPredicate<JavaAccess<?>> target(
            DescribedPredicate<? super AccessTarget> predicate) {
        return DescribedPredicate.describe(predicate.getDescription(), access -> predicate.test(access.getTarget()));
    }

    private static DescribedPredicate<AccessTarget> readsTheWallClock() {
        return DescribedPredicate.describe("a call that reads the wall clock", target -> {
            String owner = target.getOwner().getName();
            boolean system =
                    owner.equals(System.class.getName()) && target.getName().equals("currentTimeMillis");
            boolean now = CLOCK_TYPES.contains(owner)
                    && target instanceof AccessTarget.MethodCallTarget call
                    && call.getName().equals("now")
                    && call.getRawParameterTypes().isEmpty();
            return system || now;
        });
    }

    private static DescribedPredicate<AccessTarget> makesADateOfNow() {
        return DescribedPredicate.describe(
                "new Date()",
                target -> target.getOwner().isEquivalentTo(Date.class)
                        && target instanceof AccessTarget.ConstructorCallTarget call
                        && call.getRawParameterTypes().isEmpty());
    }

    private static DescribedPredicate<JavaField> areStaticAndWritten() {
        return DescribedPredicate.describe(
                "are static and written by hand",
                field -> field.getModifiers().contains(JavaModifier.STATIC)
                        && !field.getModifiers().contains(JavaModifier.SYNTHETIC));
    }

    private static DescribedPredicate<JavaClass> mutable() {
        return DescribedPredicate.describe(
                "a type that changes",
                type -> MUTABLE_COLLECTIONS.contains(type.getName())
                        || MUTABLE_TYPES.stream().anyMatch(type::isAssignableTo));
    }
}
