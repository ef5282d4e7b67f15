/** The running gateway: doors in front, delivery behind. */
@NullMarked
package dev.vivace.gateway;

import org.jspecify.annotations.NullMarked;
