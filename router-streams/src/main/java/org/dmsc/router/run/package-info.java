/** How the state of the router's applications is kept in memory and on disk. */
@NullMarked
package org.dmsc.router.run;

import org.jspecify.annotations.NullMarked;
