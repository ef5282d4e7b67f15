/** What replicas of a gateway share, wherever it is kept. */
@NullMarked
package dev.vivace.replica;

import org.jspecify.annotations.NullMarked;
