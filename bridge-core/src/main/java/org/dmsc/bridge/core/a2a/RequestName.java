package org.dmsc.bridge.core.a2a;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;

/** The name under which a connected agent answers a request of the fabric: the delivery id, or its hash where that would not fit into a topic or a path. */
public final class RequestName {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]{1,120}");

    private RequestName() {}

    /** Whether it could be one. */
    public static boolean isOne(String name) {
        return PLAIN.matcher(name).matches();
    }

    /** Of a delivery; the id of a follow-up holds a message id, which is whatever its caller made up. */
    public static String of(String deliveryId) {
        if (PLAIN.matcher(deliveryId).matches()) {
            return deliveryId;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(deliveryId.getBytes(StandardCharsets.UTF_8));
            return "sha256." + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
