/** Kafka's own fences and TLS of every listener, tried on a running fabric. */
package org.dmsc.node.fences;
