/** Client keys: who may ask, for what, how much of it. */
@NullMarked
package dev.vivace.key;

import org.jspecify.annotations.NullMarked;
