package org.dmsc.tenant.pki;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.keys.KeyEntries;
import org.dmsc.tenant.pki.CertificateMaker.Signer;

/**
 * The issuing CAs of one tenant, or of the platform, in one key entries. Other processes see each step as soon as it is made.
 *
 * <pre>
 *   (none) ──prepare──▶ PREPARED ──activate──▶ ACTIVE ──the next one's activate──▶ OLD ──forget──▶ (none)
 *                       accepted                signs                               accepted, signs its CRL only
 * </pre>
 */
final class CaSlots {

    /** Also the alias of files that were made before there were slots. */
    private static final String ACTIVE = "ca";

    private static final String PREPARED = "prepared";
    private static final String OLD = "old-";

    private final KeyEntries entries;
    private final String active;
    private final String prepared;
    private final String old;

    /**
     * @param prefix of the aliases, so that one token can hold the CAs of many
     */
    CaSlots(KeyEntries entries, String prefix) {
        this.entries = entries;
        this.active = prefix + ACTIVE;
        this.prepared = prefix + PREPARED;
        this.old = prefix + OLD;
    }

    Optional<Signer> active() {
        return signer(active);
    }

    Optional<Signer> prepared() {
        return signer(prepared);
    }

    /** Those that signed once, the newest first. */
    List<Signer> old() {
        return entries.aliases().stream()
                .filter(alias -> alias.startsWith(old))
                .flatMap(alias -> signer(alias).stream())
                .sorted(Comparator.comparing(
                                (Signer signer) -> signer.certificate().getNotBefore())
                        .reversed())
                .toList();
    }

    /** The active one, the prepared one, the old ones. */
    List<Signer> all() {
        return Stream.of(active().stream(), prepared().stream(), old().stream())
                .flatMap(slot -> slot)
                .toList();
    }

    /** The active one, made if there is none. */
    Signer activeOrMade(Supplier<Signer> make) {
        return madeIfMissing(active, make);
    }

    /** The prepared one, made if there is none: after a fault in the middle of a rotation the same one goes on. */
    Signer preparedOrMade(Supplier<Signer> make) {
        return madeIfMissing(prepared, make);
    }

    /** The prepared one signs from now on. Refused when none is prepared. */
    Signer activate() {
        entries.update((store, password) -> {
            if (!store.isKeyEntry(prepared)) {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        prepared + ": no such CA in the key store (expected one; prepare it first)");
            }
            if (store.getCertificate(active) instanceof X509Certificate before) {
                move(store, password, active, oldAlias(before));
            }
            move(store, password, prepared, active);
        });
        return active().orElseThrow();
    }

    /** Destroys the key of an old one; nothing happens when it is not there. */
    void forget(X509Certificate old) {
        entries.update((store, password) -> {
            if (store.isKeyEntry(oldAlias(old))) {
                store.deleteEntry(oldAlias(old));
            }
        });
    }

    private Signer madeIfMissing(String alias, Supplier<Signer> make) {
        Optional<Signer> present = signer(alias);
        if (present.isPresent()) {
            return present.get();
        }
        entries.update((store, password) -> {
            if (!store.isKeyEntry(alias)) {
                Signer made = make.get();
                store.setKeyEntry(alias, made.key(), password, new X509Certificate[] {made.certificate()});
            }
        });
        return signer(alias).orElseThrow();
    }

    private static void move(KeyStore store, char[] password, String from, String to) throws GeneralSecurityException {
        store.setKeyEntry(to, store.getKey(from, password), password, store.getCertificateChain(from));
        store.deleteEntry(from);
    }

    private String oldAlias(X509Certificate certificate) {
        return old + certificate.getSerialNumber().toString(16);
    }

    private Optional<Signer> signer(String alias) {
        return entries.key(alias)
                .flatMap(key -> entries.certificate(alias)
                        .map(certificate -> new Signer((PrivateKey) key, (X509Certificate) certificate)));
    }
}
