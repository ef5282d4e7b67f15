/** Files that hold what customers asked and were answered: for the owner's eyes only. */
@NullMarked
package dev.vivace.disk;

import org.jspecify.annotations.NullMarked;
