/** Fakes by hand and builders of records. */
package org.dmsc.registry.testing;
