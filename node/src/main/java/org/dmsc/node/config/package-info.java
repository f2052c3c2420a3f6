/** What a node is told: one YAML file and the command line, read into records, every fault reported at once. Starts nothing. */
@NullMarked
package org.dmsc.node.config;

import org.jspecify.annotations.NullMarked;
