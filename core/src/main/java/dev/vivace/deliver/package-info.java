/**
 * How calls reach upstreams that fail: which one, with which key, when again, and when not at all.
 * Pure decisions; who moves the bytes is elsewhere.
 */
@NullMarked
package dev.vivace.deliver;

import org.jspecify.annotations.NullMarked;
