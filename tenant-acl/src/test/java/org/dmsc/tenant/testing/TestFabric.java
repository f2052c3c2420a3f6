package org.dmsc.tenant.testing;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.admin.AdministrationParts;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.admin.Fencing;
import org.dmsc.tenant.directory.KafkaTenants;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.token.TokenKeys;

/** What administration needs, over the {@link TestBroker}. */
public final class TestFabric implements AutoCloseable {

    public static final FabricShape SHAPE = new FabricShape(3, (short) 1);

    public final KafkaClients clients = TestBroker.clients();
    public final TopicSchemaRegistry registry;
    public final AvroCodec codec;
    public final Pkcs12KeyVault vault;
    public final Envelopes envelopes;
    public final KafkaTenants tenants;
    public final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    public final AdministrationParts parts;

    public TestFabric(Path dir) throws InterruptedException {
        try (Admin admin = clients.admin()) {
            FabricTopics.ensureSystem(admin, SHAPE);
        }
        registry = new TopicSchemaRegistry(clients.common("schemas"));
        registry.start();
        codec = new AvroCodec(registry);
        char[] password = "correct horse battery staple".toCharArray();
        vault = Pkcs12KeyVault.open(dir.resolve("vault"), password, Set.of(KeyClass.values()));
        envelopes = new Envelopes(new AesGcmEnvelopeCipher(vault, new SecureRandom(), Clock.systemUTC()), codec);
        tenants = new KafkaTenants(clients, codec);
        tenants.start();
        if (!tenants.awaitCaughtUp(Duration.ofSeconds(20))) {
            throw new AssertionError("tenants not read");
        }
        parts = new AdministrationParts(
                clients,
                codec,
                envelopes,
                tenants,
                FabricPki.openOrCreate(dir.resolve("pki"), FabricDomain.DEFAULT, Clock.systemUTC(), new SecureRandom()),
                vault,
                TokenKeys.open(dir.resolve("tokens"), password),
                FabricDomain.DEFAULT,
                SHAPE,
                Clock.systemUTC(),
                () -> UUID.randomUUID().toString(),
                audited::add,
                SpiffeId.node(FabricDomain.DEFAULT, "node", "test"),
                Fencing.NONE);
    }

    @Override
    public void close() {
        tenants.close();
        registry.close();
    }
}
