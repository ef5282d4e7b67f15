/** The ledger: one entry per call, and everything that is computed from it. */
@NullMarked
package dev.vivace.ledger;

import org.jspecify.annotations.NullMarked;
