/** The tenants and agents that exist, held in memory from compacted topics, and the index that finds agents by what is needed. */
@NullMarked
package org.dmsc.tenant.directory;

import org.jspecify.annotations.NullMarked;
