/** The exact cache. */
@NullMarked
package dev.vivace.cache;

import org.jspecify.annotations.NullMarked;
