package org.dmsc.router.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TreeHead;

/** What was signed last, per tenant, in a file that is forced to disk before anybody sees a signature. */
final class HeadFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    HeadFile(Path file) {
        this.file = file;
    }

    /**
     * The last heads by tenant; empty when there is no file.
     *
     * @throws RefusedException INVALID_CONFIGURATION when it is damaged: a signer that forgot what it signed MUST NOT sign
     */
    Map<String, SignedNote> read() {
        Map<String, SignedNote> heads = new TreeMap<>();
        Optional<byte[]> content = SecretFile.read(file);
        if (content.isEmpty()) {
            return heads;
        }
        try {
            JSON.readValue(content.get(), new TypeReference<Map<String, String>>() {})
                    .forEach((tenant, note) -> heads.put(tenant, checked(note)));
            return heads;
        } catch (IOException | RefusedException e) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    file + " is damaged: " + e.getMessage() + " (expected what the signer wrote; restore it, or, after"
                            + " 'dmsc audit verify' found all well, remove it: the topic of checkpoints remembers too)");
        }
    }

    private static SignedNote checked(String text) {
        SignedNote note = SignedNote.parse(text.getBytes(StandardCharsets.UTF_8));
        TreeHead unused = Checkpoint.of(note).tree();
        return note;
    }

    void write(Map<String, SignedNote> heads) {
        Map<String, String> texts = new TreeMap<>();
        heads.forEach((tenant, note) -> texts.put(tenant, note.toString()));
        try {
            SecretFile.write(file, JSON.writeValueAsBytes(texts));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts must be writable", e);
        }
    }
}
