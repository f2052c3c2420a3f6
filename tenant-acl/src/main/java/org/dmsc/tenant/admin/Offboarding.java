package org.dmsc.tenant.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.admin.Offboarded.Step;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.KeyClass;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of one tenant, in an order in which nothing can come back: nobody may write for it, nobody can read it, then what it left is
 * removed. Each step can be repeated.
 *
 * <pre>
 *   freeze ▸ withdraw agents ▸ revoke ▸ destroy keys ▸ tombstone, which makes every process forget ▸ await that ▸ topics ▸ signed record
 * </pre>
 */
final class Offboarding {

    private static final Logger LOG = LoggerFactory.getLogger(Offboarding.class);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final TenantAdministration administration;
    private final AdministrationParts parts;
    private final LifeParts life;
    private final TenantId tenant;
    private final SpiffeId actor;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> destroyed = new ArrayList<>();
    private final List<String> remains = new ArrayList<>(List.of(
            "copies outside the fabric: what agents received, webhooks, exports, mirrors of topics (unreadable where still sealed)",
            "backups of the keys folder: destroy them, or what they hold of this tenant can be opened with a copy of its records",
            "old blocks of the key files on disks that write elsewhere (SSD, copy-on-write, snapshots): their bytes were overwritten in place",
            "the audit log of the tenant: kept for ever; its HMACs cannot be linked to contents any more"));

    Offboarding(
            TenantAdministration administration,
            AdministrationParts parts,
            LifeParts life,
            TenantId tenant,
            SpiffeId actor) {
        this.administration = administration;
        this.parts = parts;
        this.life = life;
        this.tenant = tenant;
        this.actor = actor;
    }

    Offboarded run() {
        administration.intend(AuditKind.TENANT_CHANGED, tenant, actor, "offboarding: its keys are destroyed");
        step("freeze", this::freeze);
        step("withdraw agents", this::withdrawAgents);
        step("revoke", () -> life.revoke().apply(tenant, actor));
        step("destroy keys", this::destroyKeys);
        step("tombstone", this::tombstone);
        step("forget", this::awaitForgotten);
        step("topics", this::removeTopics);
        String signed = sign();
        parts.audit()
                .accept(administration
                        .event(AuditKind.TENANT_CHANGED, tenant, actor)
                        .setObject(tenant.value())
                        .setDetails(Map.of("change", "offboarded", "deletionRecord", signed))
                        .build());
        LOG.atInfo().addKeyValue("tenant", tenant).log("tenant offboarded");
        return new Offboarded(current(), steps, destroyed, remains, signed);
    }

    private void step(String name, Supplier<String> work) {
        long begin = System.nanoTime();
        String result = work.get();
        steps.add(new Step(name, (System.nanoTime() - begin) / 1_000_000L, result));
    }

    private String freeze() {
        if (current().getState() != TenantState.ACTIVE) {
            return "was " + current().getState();
        }
        administration.change(
                tenant,
                record -> TenantRecord.newBuilder(record)
                        .setState(TenantState.SUSPENDED)
                        .build());
        return "SUSPENDED";
    }

    /** While there are keys: the registry hears it, and with it everybody who holds a card in memory. */
    private String withdrawAgents() {
        if (parts.vault().newest(tenant, KeyClass.ROUTING).isEmpty()) {
            return "keys are gone already";
        }
        List<AgentRef> agents = life.agents().ofTenant(tenant).stream()
                .map(agent -> AgentRef.of(agent.getTenant(), agent.getAgent()))
                .toList();
        agents.forEach(life.withdraw());
        long deadline = System.nanoTime() + life.patience().toNanos();
        while (!life.agents().ofTenant(tenant).isEmpty()) {
            if (System.nanoTime() > deadline) {
                remains.add(
                        life.agents().ofTenant(tenant).size()
                                + " agents in the memory of routers and gateways until those restart: the registry did not withdraw them in time");
                break;
            }
            KafkaAnswers.pause(LOOK_AGAIN);
        }
        return agents.size() + " agents";
    }

    private String destroyKeys() {
        List<String> keys = parts.vault().destroy(tenant);
        destroyed.addAll(keys);
        parts.tokenKeys().destroy(tenant);
        destroyed.add(tenant + "/token keys");
        parts.pki().destroyTenantCa(tenant);
        destroyed.add(tenant + "/issuing CA");
        return keys.size() + " root and audit keys, token keys, issuing CA";
    }

    /** The id stays taken; everything that said something about the tenant goes. */
    private String tombstone() {
        if (current().getState() == TenantState.OFFBOARDED) {
            return "was there";
        }
        administration.change(
                tenant,
                record -> TenantRecord.newBuilder(record)
                        .setState(TenantState.OFFBOARDED)
                        .setDisplayName("")
                        .setCaCertificates(List.of())
                        .setTokenKeys("{\"keys\":[]}")
                        .setPolicy(null)
                        .build());
        return "OFFBOARDED";
    }

    private String awaitForgotten() {
        PurgeAcks.Heard heard = new PurgeAcks(parts).await(tenant, current().getGeneration(), life.patience());
        heard.missing()
                .forEach(node -> remains.add("data keys in the memory of gateway " + node
                        + ", which did not acknowledge: for an hour at most, or until it is stopped"));
        return "acknowledged by " + String.join(", ", heard.acknowledged());
    }

    private String removeTopics() {
        try (Admin admin = parts.clients().admin()) {
            TopicRemoval.Removed removed = new TopicRemoval(admin, tenant).remove();
            if (removed.fate() == TopicRemoval.Fate.EMPTIED) {
                remains.add(
                        "the empty topics dmsc." + tenant
                                + ".*: this Kafka has no authorizer to hide them with, and deleting them unhidden would stop other tenants");
            } else {
                destroyed.addAll(removed.topics());
            }
            return removed.topics().size() + " " + removed.fate();
        }
    }

    private String sign() {
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("tenant", tenant.value());
        statement.put("fabric", parts.domain().value());
        statement.put("time", Instant.ofEpochMilli(parts.clock().millis()).toString());
        statement.put("actor", actor.uri());
        statement.put("node", parts.node().uri());
        statement.put("destroyed", destroyed);
        statement.put("remains", remains);
        Map<String, Object> done = new LinkedHashMap<>();
        steps.forEach(step -> done.put(step.name(), step.result()));
        statement.put("steps", done);
        return DeletionRecord.sign(statement, life.signer().get());
    }

    private TenantRecord current() {
        return parts.tenants().find(tenant).orElseThrow();
    }
}
