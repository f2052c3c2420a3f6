package org.dmsc.tenant.keys;

import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Cipher;

/**
 * The JVM's AES-GCM, one for each thread and class of key. The JDK works a key out anew whenever it is not the one before, which costs twice
 * as much as sealing a kilobyte: routing and payload parts in turns MUST NOT share a cipher. Thread-safe.
 */
final class ThreadCiphers {

    private final Set<Slots> all = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private final ThreadLocal<Slots> mine = ThreadLocal.withInitial(this::slots);

    /** Of the calling thread; before it is used it MUST be made ready with a key. */
    Cipher of(KeyClass keyClass) {
        AtomicReference<Cipher> slot = mine.get().of(keyClass);
        Cipher known = slot.get();
        if (known != null) {
            return known;
        }
        Cipher made = cipher();
        // Before it gets a key: whoever erases that key afterwards finds the cipher here.
        slot.set(made);
        return made;
    }

    /**
     * Lets go of all, of every thread, and with them of what they worked out of their last keys. MUST be called after a key was erased:
     * ciphers that are made ready with it before that are let go here, afterwards they get no key.
     */
    void forget() {
        synchronized (all) {
            all.forEach(Slots::clear);
        }
    }

    private Slots slots() {
        Slots made = new Slots();
        all.add(made);
        return made;
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance(DataKeyWrapping.AES_GCM, DataKeyWrapping.JDK_PROVIDER);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no AES-GCM of " + DataKeyWrapping.JDK_PROVIDER, e);
        }
    }

    /** Of one thread; emptied by any. */
    private static final class Slots {

        private final AtomicReference<Cipher> routing = new AtomicReference<>();
        private final AtomicReference<Cipher> payload = new AtomicReference<>();

        AtomicReference<Cipher> of(KeyClass keyClass) {
            return keyClass == KeyClass.ROUTING ? routing : payload;
        }

        void clear() {
            routing.set(null);
            payload.set(null);
        }
    }
}
