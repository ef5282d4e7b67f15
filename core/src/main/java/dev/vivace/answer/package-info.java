/** Answers: the log that one writes and many read, and the shapes that an answer can take. */
@NullMarked
package dev.vivace.answer;

import org.jspecify.annotations.NullMarked;
