package dev.vivace.tool;

/**
 * A call that changes nothing, at a moment at which nothing that it reads was being written. Who
 * makes an equal one later has missed nothing that happened in between.
 *
 * @param version of what it reads
 * @param invalidations there have been of the cache
 */
record Reading(ResultKey key, long version, long invalidations) {}
