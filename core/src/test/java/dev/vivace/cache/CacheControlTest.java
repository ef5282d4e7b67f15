package dev.vivace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheControlTest {
    @Test
    void nothingSaid() {
        assertEquals(
                new CacheControl(
                        Optional.empty(),
                        false,
                        false,
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        "",
                        List.of()),
                CacheControl.NONE);
        assertSame(CacheControl.NONE, CacheControl.NONE.header("x-vivace-session", "s"));
    }

    @Test
    void directivesAddUp() {
        CacheControl control =
                CacheControl.NONE
                        .header("cache-control", " No-Cache , max-age=5,no-transform")
                        .header("cache-control", "no-store, ONLY-IF-CACHED, max-stale");
        assertTrue(control.refresh() && control.noStore() && control.onlyIfCached());
        assertEquals(Optional.of(Duration.ofSeconds(5)), control.maxAge());
        assertFalse(CacheControl.NONE.header("cache-control", "no-cached").refresh());
    }

    @Test
    void timesToLiveAreCut() {
        assertEquals(
                Optional.of(Duration.ofSeconds(7)),
                CacheControl.NONE.header("x-vivace-cache-ttl", " 7 ").ttl());
        assertEquals(
                Optional.of(CacheControl.MAX_TTL),
                CacheControl.NONE.header("x-vivace-cache-ttl", "999999999999").ttl());
        assertEquals(
                Optional.of(CacheControl.MAX_TTL),
                CacheControl.NONE
                        .body(
                                false,
                                false,
                                Optional.of(Long.MAX_VALUE),
                                Optional.empty(),
                                Optional.empty())
                        .ttl());
    }

    @Test
    void theBodySaysMoreThanTheHeaders() {
        CacheControl headers =
                CacheControl.NONE
                        .header("cache-control", "max-age=1")
                        .header("x-vivace-cache-scope", "header")
                        .header("x-vivace-cache-ttl", "1");
        assertEquals(
                headers,
                headers.body(false, false, Optional.empty(), Optional.empty(), Optional.empty()));
        CacheControl both =
                headers.body(true, true, Optional.of(2L), Optional.of(3L), Optional.of("body"));
        assertTrue(both.refresh() && both.noStore());
        assertEquals(Optional.of(Duration.ofSeconds(2)), both.ttl());
        assertEquals(Optional.of(Duration.ofSeconds(3)), both.maxAge());
        assertEquals("body", both.scope());
    }

    @Test
    void tagsAreCountedAndMeasured() {
        CacheControl control = CacheControl.NONE;
        for (int i = 0; i < 16; i++) {
            control = control.header("x-vivace-tag-t" + i, "v" + i);
        }
        assertEquals("t15=v15", control.tags().getLast());
        assertEquals(
                "more than 16 x-vivace-tag- headers", refused(control, "x-vivace-tag-t16", "v"));
        assertEquals(
                "x-vivace-tag-a is longer than 256 characters",
                refused(CacheControl.NONE, "x-vivace-tag-a", "v".repeat(257)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cache-control|max-age=x|cache-control: max-age must be a whole number of seconds, not 'x'",
                "cache-control|max-age=|cache-control: max-age must be a whole number of seconds, not ''",
                "cache-control|max-age=-1|cache-control: max-age must be a whole number of seconds, not '-1'",
                "x-vivace-cache-ttl|1.5|x-vivace-cache-ttl must be a whole number of seconds, not '1.5'",
                "x-vivace-cache-ttl|1234567890123|x-vivace-cache-ttl must be a whole number of seconds, not '1234567890123'",
                "x-vivace-cache-mode|some|x-vivace-cache-mode must be deterministic, all or off, not 'some'",
            })
    void whatHasNoMeaningIsRefused(String name, String value, String message) {
        assertEquals(message, refused(CacheControl.NONE, name, value));
    }

    private static String refused(CacheControl control, String name, String value) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> control.header(name, value))
                        .getMessage());
    }
}
