/** Recorded agent conversations, asked again at one address or two, and compared. */
@NullMarked
package dev.vivace.replay;

import org.jspecify.annotations.NullMarked;
