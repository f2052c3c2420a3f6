package org.dmsc.tenant.keys;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A PKCS#12 file of keys, shared by the processes of one machine: reads look at the file again when it has changed, writes hold a lock file
 * beside it. Thread-safe.
 */
public final class Pkcs12File implements KeyEntries {

    /** One writer at a time in this JVM, whichever object it uses: a file lock belongs to the whole JVM. */
    private static final Object WRITING = new Object();

    private final Path file;
    private final char[] password;
    private String stamp = "unread";
    private KeyStore store;

    /** Keys that were taken out of the store: each time costs ten thousand rounds of key derivation. */
    private final Map<String, Key> taken = new HashMap<>();

    public Pkcs12File(Path file, char[] password) {
        this.file = file;
        this.password = password.clone();
        this.store = empty();
    }

    /** Where the file is. */
    public Path path() {
        return file;
    }

    /**
     * Reads the file if it has changed since it was last read.
     *
     * @throws RefusedException INVALID_CONFIGURATION when it is damaged, readable by others, or of another password
     */
    public synchronized void refresh() {
        String now = stampOfFile();
        if (!now.equals(stamp)) {
            store = readWhole(now);
            stamp = now;
            taken.clear();
        }
    }

    /** A file that is replaced while it is read may have been overwritten under the reader: the new one is whole. */
    private KeyStore readWhole(String stampBefore) {
        try {
            return read();
        } catch (RefusedException e) {
            if (stampOfFile().equals(stampBefore)) {
                throw e;
            }
            return read();
        }
    }

    @Override
    public synchronized Optional<Key> key(String alias) {
        refresh();
        try {
            if (!taken.containsKey(alias) && store.isKeyEntry(alias)) {
                taken.put(alias, store.getKey(alias, password));
            }
            return Optional.ofNullable(taken.get(alias));
        } catch (GeneralSecurityException e) {
            throw damaged(e);
        }
    }

    @Override
    public synchronized Optional<Certificate> certificate(String alias) {
        refresh();
        try {
            return Optional.ofNullable(store.getCertificate(alias));
        } catch (GeneralSecurityException e) {
            throw damaged(e);
        }
    }

    @Override
    public synchronized List<String> aliases() {
        refresh();
        try {
            return List.copyOf(Collections.list(store.aliases()));
        } catch (GeneralSecurityException e) {
            throw damaged(e);
        }
    }

    /** Writes a whole new file, or leaves it unchanged when that fails. */
    @Override
    public void update(Change change) {
        update(change, SecretFile::write);
    }

    /** As {@link #update}, and overwrites the bytes that the file had: for changes that destroy keys. */
    public void updateAndOverwrite(Change change) {
        update(change, SecretFile::replace);
    }

    private void update(Change change, BiConsumer<Path, byte[]> writing) {
        synchronized (WRITING) {
            Path lock = file.resolveSibling(file.getFileName() + ".lock");
            if (!Files.exists(lock)) {
                SecretFile.write(lock, new byte[0]);
            }
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                    FileLock held = channel.lock()) {
                if (held.isValid()) {
                    apply(change, writing);
                }
            } catch (IOException e) {
                throw damaged(e);
            }
        }
    }

    private synchronized void apply(Change change, BiConsumer<Path, byte[]> writing) throws IOException {
        try {
            KeyStore fresh = read();
            change.apply(fresh, password);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            fresh.store(out, password);
            writing.accept(file, out.toByteArray());
            store = fresh;
            stamp = stampOfFile();
            taken.clear();
        } catch (GeneralSecurityException e) {
            throw damaged(e);
        }
    }

    private KeyStore read() {
        Optional<byte[]> content = SecretFile.read(file);
        if (content.isEmpty()) {
            return empty();
        }
        try {
            KeyStore read = KeyStore.getInstance("PKCS12");
            read.load(new ByteArrayInputStream(content.get()), password);
            return read;
        } catch (IOException | GeneralSecurityException e) {
            throw damaged(e);
        }
    }

    private String stampOfFile() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "missing";
        }
    }

    private static KeyStore empty() {
        try {
            KeyStore empty = KeyStore.getInstance("PKCS12");
            empty.load(null, null);
            return empty;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no PKCS#12 key store", e);
        }
    }

    private RefusedException damaged(Exception e) {
        return new RefusedException(
                Refusal.INVALID_CONFIGURATION,
                "key file " + file + " cannot be opened: " + e.getMessage()
                        + " (expected a whole PKCS#12 file and its own password; was the password file replaced, or the key file cut?"
                        + " Restore both from one backup)");
    }
}
