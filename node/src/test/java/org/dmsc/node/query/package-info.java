/** Gateways ask routers, over TLS with certificates of one fabric, and in processes of their own. */
package org.dmsc.node.query;
