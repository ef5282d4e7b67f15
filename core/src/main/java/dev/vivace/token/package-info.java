/** How many tokens a text is. */
@NullMarked
package dev.vivace.token;

import org.jspecify.annotations.NullMarked;
