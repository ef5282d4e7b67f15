/** What one pass over a request's bytes finds. */
@NullMarked
package dev.vivace.request;

import org.jspecify.annotations.NullMarked;
