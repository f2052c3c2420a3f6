/** Router, registry and audit sequencer against a real broker, with gateways and agents played by the test. */
package org.dmsc.node.streams;
