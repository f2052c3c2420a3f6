/**
 * The only client that calls addresses which tenants named, other than agents' own endpoints: it obeys {@code FetchRules} of tenant-acl.
 */
@NullMarked
package org.dmsc.bridge.http.fetch;

import org.jspecify.annotations.NullMarked;
