/** The phases of a model call, in order. */
@NullMarked
package dev.vivace.line;

import org.jspecify.annotations.NullMarked;
