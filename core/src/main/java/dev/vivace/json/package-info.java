/** Reading JSON as bytes. */
@NullMarked
package dev.vivace.json;

import org.jspecify.annotations.NullMarked;
