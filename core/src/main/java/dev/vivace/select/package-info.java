/** Which tools a model is told of: ranked for a request, learned from use, stable in a session. */
@NullMarked
package dev.vivace.select;

import org.jspecify.annotations.NullMarked;
