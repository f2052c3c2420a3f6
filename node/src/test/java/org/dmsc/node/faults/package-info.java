/** What a fabric does when others do wrong, or die. Own fabrics or own tenants, over sockets only. */
@NullMarked
package org.dmsc.node.faults;

import org.jspecify.annotations.NullMarked;
