/** Makes the fabric's topics, tenants and identities. What is made here is read everywhere else; nothing here is on a task's way. */
@NullMarked
package org.dmsc.tenant.admin;

import org.jspecify.annotations.NullMarked;
