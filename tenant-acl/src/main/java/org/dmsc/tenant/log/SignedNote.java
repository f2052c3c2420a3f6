package org.dmsc.tenant.log;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A text and who signed it (C2SP signed-note): the text, an empty line, one line per signature. A parsed note is not yet a verified one.
 *
 * @param text ends with a line break
 */
public record SignedNote(String text, List<NoteSignature> signatures) {

    /** A checkpoint with a hundred cosignatures has a tenth of this. */
    static final int MOST_BYTES = 1_000_000;

    private static final int MOST_SIGNATURES = 100;

    public SignedNote {
        signatures = List.copyOf(signatures);
        if (!text.endsWith("\n") || text.equals("\n")) {
            throw Text.unreadable("text of a note without line break at its end", "one");
        }
    }

    /** Signs with each of these keys. */
    public static SignedNote sign(String text, List<NoteSigner> signers) {
        return new SignedNote(
                text, signers.stream().map(signer -> signer.sign(text)).toList());
    }

    /**
     * The same note with one more signature, which is not verified.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when the line is none
     */
    public SignedNote with(String signatureLine) {
        List<NoteSignature> all = new ArrayList<>(signatures);
        NoteSignature one = NoteSignature.parse(signatureLine);
        if (!all.contains(one)) {
            all.add(one);
        }
        return new SignedNote(text, all);
    }

    /** The same note with the signatures of that name only. */
    public SignedNote only(String name) {
        return new SignedNote(
                text, signatures.stream().filter(one -> one.name().equals(name)).toList());
    }

    /** Whether it is signed with this key: once at least, and never wrongly. */
    public boolean isSignedBy(NoteKey key) {
        List<NoteSignature> claimed =
                signatures.stream().filter(one -> one.isBy(key)).toList();
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        return !claimed.isEmpty() && claimed.stream().allMatch(one -> key.verifies(message, one.signature()));
    }

    /** As it is stored and sent. */
    public byte[] bytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads what {@link #bytes} wrote.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when it is no note
     */
    public static SignedNote parse(byte[] bytes) {
        String whole = utf8(bytes);
        int gap = whole.lastIndexOf("\n\n");
        if (gap <= 0 || !whole.endsWith("\n") || gap + 2 == whole.length()) {
            throw Text.unreadable("note without signatures", "a text, an empty line, and signature lines");
        }
        String[] lines = whole.substring(gap + 2, whole.length() - 1).split("\n", -1);
        if (lines.length > MOST_SIGNATURES) {
            throw Text.unreadable(lines.length + " signatures", "at most " + MOST_SIGNATURES);
        }
        List<NoteSignature> signatures = new ArrayList<>();
        for (String line : lines) {
            signatures.add(NoteSignature.parse(line));
        }
        return new SignedNote(whole.substring(0, gap + 1), signatures);
    }

    private static String utf8(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw Text.unreadable("note of " + bytes.length + " bytes", "at most " + MOST_BYTES);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.chars().noneMatch(c -> c < ' ' && c != '\n')) {
                return text;
            }
        } catch (CharacterCodingException e) {
            throw Text.unreadable("note in another encoding", "UTF-8: " + e.getMessage());
        }
        throw Text.unreadable("note with control characters", "none but line breaks");
    }

    @Override
    public String toString() {
        StringBuilder whole = new StringBuilder(text).append('\n');
        signatures.forEach(signature -> whole.append(signature.line()));
        return whole.toString();
    }
}
