/** Fakes by hand and the one broker that all tests of this module share. */
package org.dmsc.bridge.mqtt.testing;
