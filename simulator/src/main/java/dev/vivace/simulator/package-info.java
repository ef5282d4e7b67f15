/** An OpenAI-compatible upstream with a published model of time and money. */
@NullMarked
package dev.vivace.simulator;

import org.jspecify.annotations.NullMarked;
