/** Tools: run together what may run together, once, and only when allowed. */
@NullMarked
package dev.vivace.tool;

import org.jspecify.annotations.NullMarked;
