package org.dmsc.tenant.identity;

/**
 * A proof of possession (RFC 9449) beside the request it is to prove, unproven.
 *
 * @param proof the value of the only {@code DPoP} header
 * @param method of the request
 * @param path of the request as it was sent, without its query
 * @param port at which the connection was accepted; what the request says of it is not asked
 */
public record Possession(String proof, String method, String path, int port) {

    /** Without the proof. */
    @Override
    public String toString() {
        return "Possession[" + method + " " + path + "]";
    }
}
