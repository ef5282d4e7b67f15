package dev.vivace.deliver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorEventTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}} | OVERLOADED",
                "{'type':'error','error':{'type':'api_error','message':'rate_limit'}} | SERVER_ERROR",
                "{'type':'error','error':{'type':'rate_limit_error','message':'m'}} | RATE_LIMITED",
                "{'type':'error','error':{'type':'invalid_request_error','message':'m'}} | REFUSED",
                "{'type':'error','error':{'type':'authentication_error','message':'m'}} | REFUSED_KEY",
                "{'error':{'message':'m','type':'server_error','code':null}} | SERVER_ERROR",
                "{'error':{'message':'m','type':'requests','code':'rate_limit_exceeded'}} | RATE_LIMITED",
                "{'error':{'type':'insufficient_quota','code':'insufficient_quota'}} | RATE_LIMITED",
                "{'error':{'type':'invalid_request_error','code':'invalid_api_key'}} | REFUSED_KEY",
                "{'error':{'type':'invalid_request_error','code':'context_length_exceeded'}} | REFUSED",
                "{'error':{'code':429,'message':'m'}} | RATE_LIMITED",
                "{'error':{'code':502,'message':'m'}} | SERVER_ERROR",
                "{'error':{'code':'400','message':'m'}} | REFUSED",
                "{'error':{'code':429,'status':'RESOURCE_EXHAUSTED'}} | RATE_LIMITED",
                "{'type':'error','code':'rate_limit_exceeded','message':'m'} | RATE_LIMITED",
                "{'object':'error','type':'BadRequestError','code':400} | REFUSED",
                "{'error':'boom'} | SERVER_ERROR",
                "{'error':{'code':200}} | SERVER_ERROR",
                "{'error':{'type':['rate_limit']}} | SERVER_ERROR",
                "not json | SERVER_ERROR",
                "{'error':{'type':'rate_limit_error' | SERVER_ERROR"
            })
    void anErrorSaysWhatItsStatusWouldHave(String data, Cause expected) {
        assertEquals(expected, ErrorEvent.cause(data.replace('\'', '"').getBytes(UTF_8)));
    }
}
