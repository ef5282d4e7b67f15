package dev.vivace.replay;

import java.util.List;

/**
 * What one agent does from its beginning to its end.
 *
 * @param name for messages to a person
 * @param steps one after another; the calls of one step are made at the same moment
 */
record Lane(String name, List<List<Call>> steps) {}
