/** Root keys, data keys and the sealing of envelopes. Nothing outside this package touches a key's bytes. */
@NullMarked
package org.dmsc.tenant.keys;

import org.jspecify.annotations.NullMarked;
