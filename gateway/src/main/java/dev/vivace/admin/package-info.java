/** What reads the ledger for operators: metrics, the dashboard and the JSON behind it. */
@NullMarked
package dev.vivace.admin;

import org.jspecify.annotations.NullMarked;
