/** The embedding call: cache, join, micro-batch. */
@NullMarked
package dev.vivace.embedding;

import org.jspecify.annotations.NullMarked;
