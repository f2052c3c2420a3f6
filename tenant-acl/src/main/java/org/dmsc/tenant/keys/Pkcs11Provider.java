package org.dmsc.tenant.keys;

import java.nio.file.Path;
import java.security.InvalidParameterException;
import java.security.Provider;
import java.security.Security;

/**
 * The JDK's provider for one token. Keys that it makes, secret and private ones, never leave the token. It is registered with the JVM, behind
 * its own ones: ciphers find it by the key.
 */
final class Pkcs11Provider {

    private static final String ATTRIBUTES = """
            attributes(*,CKO_SECRET_KEY,*) = {
              CKA_SENSITIVE = true
              CKA_EXTRACTABLE = false
              CKA_ENCRYPT = true
              CKA_DECRYPT = true
              CKA_SIGN = true
              CKA_VERIFY = true
            }
            attributes(*,CKO_PRIVATE_KEY,*) = {
              CKA_SENSITIVE = true
              CKA_EXTRACTABLE = false
              CKA_SIGN = true
            }
            """;

    private Pkcs11Provider() {}

    /**
     * The provider of that token, one for the whole JVM.
     *
     * @param library the token's PKCS#11 library
     * @param slotListIndex which of the library's slots, from 0
     * @throws RuntimeException of the JDK's own kinds when there is no such library or token
     */
    static Provider of(Path library, int slotListIndex) {
        String name = "dmsc-" + slotListIndex;
        Provider known = Security.getProvider("SunPKCS11-" + name);
        Provider provider = known == null ? configured(library, slotListIndex, name) : known;
        Security.addProvider(provider);
        return provider;
    }

    private static Provider configured(Path library, int slotListIndex, String name) {
        Provider blank = Security.getProvider("SunPKCS11");
        if (blank == null) {
            throw new InvalidParameterException("this JVM has no SunPKCS11 provider");
        }
        // What follows "--" is the configuration itself, not the name of a file with it.
        return blank.configure("--name = " + name + "\nlibrary = " + library + "\nslotListIndex = " + slotListIndex
                + "\n" + ATTRIBUTES);
    }
}
