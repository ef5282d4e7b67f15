package dev.vivace.command;

import java.net.URI;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What the value of an option is read as.
 *
 * @param expected in words, such as "a whole number"
 * @param reader throws {@link IllegalArgumentException} for what is not of this kind
 */
public record Kind<T>(String expected, Function<String, T> reader) {
    public static final Kind<String> TEXT = new Kind<>("a text", text -> text);
    public static final Kind<Integer> WHOLE = new Kind<>("a whole number", Integer::valueOf);
    public static final Kind<Long> LONG = new Kind<>("a whole number", Long::valueOf);
    public static final Kind<Double> NUMBER = new Kind<>("a number", Double::valueOf);
    public static final Kind<Path> PATH = new Kind<>("a path", Path::of);
    public static final Kind<URI> URL = new Kind<>("an address", URI::create);
}
