/** What may be held at one time. */
@NullMarked
package dev.vivace.limit;

import org.jspecify.annotations.NullMarked;
