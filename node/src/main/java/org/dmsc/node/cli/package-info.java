/** The command line {@code dmsc}: commands talk to a running node over its HTTP interface, as any client would. No logic of the fabric. */
@NullMarked
package org.dmsc.node.cli;

import org.jspecify.annotations.NullMarked;
