/** Hand-made stand-ins for tests. */
package org.dmsc.tenant.testing;
