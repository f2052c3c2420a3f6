/**
 * Keys for processes that have no vault: a node with the role {@code keys} unwraps and makes data keys for them, over TLS with certificates on
 * both sides. Root keys never leave that node. Who may have what is in {@link org.dmsc.tenant.keys.remote.KeyRights}, and nowhere else.
 */
@NullMarked
package org.dmsc.tenant.keys.remote;

import org.jspecify.annotations.NullMarked;
