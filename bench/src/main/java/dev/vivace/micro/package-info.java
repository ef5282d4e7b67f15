/** JMH benchmarks of single parts, each beside what one would use instead. */
@NullMarked
package dev.vivace.micro;

import org.jspecify.annotations.NullMarked;
