/** The command line. */
@NullMarked
package dev.vivace.cli;

import org.jspecify.annotations.NullMarked;
