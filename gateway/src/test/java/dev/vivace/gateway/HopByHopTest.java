package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.MultiMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HopByHopTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "connection",
                "Keep-Alive",
                "proxy-connection",
                "Proxy-Authenticate",
                "PROXY-AUTHORIZATION",
                "TE",
                "Trailer",
                "transfer-encoding",
                "Upgrade"
            })
    void neverCrossInAnyCase(String name) {
        assertTrue(HopByHop.is(name, null));
        assertTrue(HopByHop.is(name, "x-other"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "to",
                "referer",
                "content-type",
                "user-agent",
                "authorization",
                "x-proxy-authorize-me",
                "accept-encodings"
            })
    void othersDo(String name) {
        assertFalse(HopByHop.is(name, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Mine, close | x-mine | true",
                "X-Mine, close | X-MINE | true",
                "X-Mine, close | x-min | false",
                "keep-alive | x-mine | false",
                "Close | x-mine | false"
            })
    void theConnectionNamesMore(String connection, String name, boolean is) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Connection", connection);
        assertEquals(is, HopByHop.is(name, HopByHop.options(headers)));
    }
}
