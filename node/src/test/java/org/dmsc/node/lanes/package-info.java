/** Gateways against a real broker, with the router played by the test: who reads what, and what happens when one goes. */
package org.dmsc.node.lanes;
