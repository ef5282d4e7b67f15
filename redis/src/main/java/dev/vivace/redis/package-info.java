/**
 * What replicas of a gateway share, kept in Redis or Valkey. Nothing here blocks a caller, and all
 * of it goes on with local state while Redis is slow or gone.
 */
@NullMarked
package dev.vivace.redis;

import org.jspecify.annotations.NullMarked;
