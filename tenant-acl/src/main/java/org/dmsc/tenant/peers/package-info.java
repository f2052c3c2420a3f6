/**
 * How processes of the fabric ask each other: over TLS 1.3 with certificates on both sides, one question and one answer. What is asked, and who
 * may, belongs to those who answer.
 */
@NullMarked
package org.dmsc.tenant.peers;

import org.jspecify.annotations.NullMarked;
