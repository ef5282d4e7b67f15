/** The configuration file, read into records. */
@NullMarked
package dev.vivace.config;

import org.jspecify.annotations.NullMarked;
