package org.dmsc.node.fabric;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.pki.IssuedIdentity;

/** What a process shows, and what it opens sealed records with: of a keys folder, or by enrolment and from a keys node. */
interface NodeKeys {

    /** Who waits for a key that cannot be had at the moment. */
    enum Reader {
        /** A request: refused, tried again by whoever sent it. */
        EDGE,
        /** A thread that keeps a view of a topic: waits as long as it takes. */
        VIEW,
        /** A stream thread: waits for a while, then begins again at its last commit. */
        STREAM
    }

    /** The only trust anchor. */
    X509Certificate root();

    /** The issuing CAs of nodes and operators; cheap. */
    List<X509Certificate> platformCas();

    /** This process's certificate as that kind of node, as it is at each moment. */
    Supplier<IssuedIdentity> identity(String kind);

    /** A cipher for these classes of keys and no others; the caller MUST add it to the process's purge. */
    AesGcmEnvelopeCipher cipher(Set<KeyClass> classes, Reader reader);

    /** HMACs under tenants' audit keys; for gateways only. */
    AuditHmac auditHmac();

    /** Where the audit log's signer keeps its keys. */
    Path auditFolder();

    /** The keys folder; empty when this process has none, and so issues nothing and makes no tenants. */
    Optional<Keyring> keyring();
}
