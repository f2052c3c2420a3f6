package org.dmsc.node.config;

import java.nio.file.Path;
import java.util.Optional;
import org.dmsc.node.config.VaultConfig.Kind;

/** Reads a place of keys: {@code vault} or {@code authorities}. */
final class VaultSection {

    private static final int LAST_SLOT = 1_000;

    private final Section top;
    private final String key;

    VaultSection(Section top, String key) {
        this.top = top;
        this.key = key;
    }

    VaultConfig parse() {
        Section section = top.section(key);
        Kind kind = kind(section);
        Optional<Path> library = section.text("library").map(Path::of);
        if (kind == Kind.PKCS11 && library.isEmpty()) {
            section.fault(
                    "library",
                    "missing (expected the PKCS#11 library of the token, such as /usr/lib/softhsm/libsofthsm2.so)");
        }
        VaultConfig config = new VaultConfig(
                kind,
                library,
                section.number("slot", 0, 0, LAST_SLOT),
                section.text("pin-file").map(Path::of));
        section.finish();
        return config;
    }

    private static Kind kind(Section section) {
        String text = section.text("kind").orElse("pkcs12");
        switch (text) {
            case "pkcs12":
                return Kind.PKCS12;
            case "pkcs11":
                return Kind.PKCS11;
            default:
                section.fault("kind", "'" + text + "' (expected pkcs12 or pkcs11)");
                return Kind.PKCS12;
        }
    }
}
