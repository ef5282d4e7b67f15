/** Plans of calls, checked before they run: what a step yields goes where it fits. */
@NullMarked
package dev.vivace.chain;

import org.jspecify.annotations.NullMarked;
