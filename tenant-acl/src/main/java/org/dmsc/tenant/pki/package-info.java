/** Certificates of the fabric: its root, its issuing CAs, leaves, and the check of a peer's certificate. */
@NullMarked
package org.dmsc.tenant.pki;

import org.jspecify.annotations.NullMarked;
