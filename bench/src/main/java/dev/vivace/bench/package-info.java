/** Measurements that anyone can rerun: the gateway beside its rivals, and its parts one by one. */
@NullMarked
package dev.vivace.bench;

import org.jspecify.annotations.NullMarked;
