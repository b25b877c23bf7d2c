package io.wardroom.local;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// What goes between the daemon and those who use it: one line of names and values, encoded as a form is.
final class Wire {
    /// Raised with every change that an older side would not understand.
    static final String VERSION = "3";

    static final String DO = "do";
    static final String ERROR = "error";

    private Wire() {}

    static String encode(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static Map<String, String> decode(String line) {
        var fields = new LinkedHashMap<String, String>();
        for (var field : line.split("&")) {
            var at = field.indexOf('=');
            if (at >= 0) {
                fields.put(decodeOne(field.substring(0, at)), decodeOne(field.substring(at + 1)));
            }
        }
        return fields;
    }

    private static String decodeOne(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
