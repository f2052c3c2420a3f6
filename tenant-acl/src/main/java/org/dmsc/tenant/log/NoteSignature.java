package org.dmsc.tenant.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.dmsc.schemas.Printable;

/**
 * One signature line of a note.
 *
 * @param base64 key id and signature, as the line has them
 */
record NoteSignature(String name, String base64) {

    private static final String DASH = "\u2014 ";
    private static final int ID_BYTES = 4;

    static NoteSignature of(NoteKey key, byte[] signature) {
        byte[] all = ByteBuffer.allocate(ID_BYTES + signature.length)
                .putInt(key.id())
                .put(signature)
                .array();
        return new NoteSignature(key.name(), Base64.getEncoder().encodeToString(all));
    }

    static NoteSignature parse(String line) {
        String[] parts = line.startsWith(DASH) ? line.substring(DASH.length()).split(" ", -1) : new String[0];
        if (parts.length != 2) {
            throw Text.unreadable("signature line '" + Printable.of(line) + "'", "a dash, a name and Base64");
        }
        // Names of other people's cosigners need not be ASCII.
        if (parts[0].isEmpty()
                || parts[0].indexOf('+') >= 0
                || parts[0].codePoints().anyMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c))) {
            throw Text.unreadable("name '" + Printable.of(parts[0]) + "'", "no space and no plus");
        }
        int length = Text.decode(parts[1]).length;
        if (length <= ID_BYTES) {
            throw Text.unreadable("signature of " + length + " bytes", "a key id and a signature");
        }
        return new NoteSignature(parts[0], parts[1]);
    }

    /** Whether that key claims to have made it. */
    boolean isBy(NoteKey key) {
        return isBy(key.name(), key.id());
    }

    boolean isBy(String signer, int id) {
        return name.equals(signer) && ByteBuffer.wrap(Text.decode(base64)).getInt() == id;
    }

    byte[] signature() {
        byte[] all = Text.decode(base64);
        return Arrays.copyOfRange(all, ID_BYTES, all.length);
    }

    String line() {
        return DASH + name + " " + base64 + "\n";
    }
}
