/** What a command of a program is, how its arguments are read, and how it explains itself. */
@NullMarked
package dev.vivace.command;

import org.jspecify.annotations.NullMarked;
