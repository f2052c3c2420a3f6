package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.serde.AuditLeaf;
import org.dmsc.tenant.log.Frontier;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.LogCheck;
import org.dmsc.tenant.log.TreeHead;
import org.dmsc.tenant.log.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a tenant that was offboarded: a log that proves, and says nothing of what was said. */
class ErasureTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final byte[] SAID = "Why was my invoice charged twice?".getBytes(StandardCharsets.UTF_8);
    private static final int LEAVES = 20;

    @TempDir
    Path folder;

    private Pkcs12KeyVault vault() {
        return Pkcs12KeyVault.open(folder, "password".toCharArray(), Set.of(KeyClass.values()));
    }

    private static byte[] leaf(int index, String hmac) {
        ByteArrayOutputStream leaf = new ByteArrayOutputStream();
        leaf.writeBytes(new byte[] {0, 0, 0, 0, 7, (byte) (index << 1)});
        leaf.writeBytes(hmac.getBytes(StandardCharsets.UTF_8));
        return leaf.toByteArray();
    }

    @Test
    void theLogStillVerifiesAndItsHmacsLeadNowhere() {
        Pkcs12KeyVault vault = vault();
        vault.create(ACME, KeyClass.ROUTING);
        vault.create(ACME, KeyClass.PAYLOAD);
        AuditHmac hmacs = new VaultAuditHmac(vault);
        String hmac = hmacs.of(ACME, SAID);
        assertThat(hmacs.of(ACME, SAID))
                .as("while the tenant lives, who knows a text finds it")
                .isEqualTo(hmac);
        List<byte[]> leaves =
                IntStream.range(0, LEAVES).mapToObj(i -> leaf(i, hmac)).toList();
        Frontier tree = new Frontier();
        leaves.forEach(leaf -> tree.add(Hash.leaf(leaf)));
        TreeHead signed = new TreeHead(LEAVES, tree.root());

        vault.destroy(ACME);

        LogCheck check = new LogCheck(AuditLeaf::index);
        check.expect(List.of(signed));
        leaves.forEach(check::add);
        assertThat(check.verdict()).isEqualTo(new Verdict.Whole(signed, LEAVES));
        assertThatThrownBy(() -> hmacs.of(ACME, SAID)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> new VaultAuditHmac(vault()).of(ACME, SAID))
                .as("in another process too")
                .isInstanceOf(RefusedException.class);
    }
}
