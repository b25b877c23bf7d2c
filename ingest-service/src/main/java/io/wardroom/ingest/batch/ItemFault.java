package io.wardroom.ingest.batch;

/// Why one item is rejected; the others stay.
final class ItemFault extends Exception {
    private final Code code;
    private final String detail;

    ItemFault(Code code, String detail) {
        super(detail, null, false, false);
        this.code = code;
        this.detail = detail;
    }

    /// What an agent is told; part of the API.
    enum Code {
        NOT_AN_OBJECT,
        UNKNOWN_TYPE,
        VALIDATION_ERROR,
        VALUE_OUT_OF_RANGE,
        TIME_OUT_OF_RANGE,
        DUPLICATE_SERIES,
        TOO_MANY_SAMPLES,
        ITEM_TOO_LARGE
    }

    static ItemFault invalid(String field, String fault) {
        return new ItemFault(Code.VALIDATION_ERROR, field + " " + fault);
    }

    Code code() {
        return code;
    }

    String detail() {
        return detail;
    }
}
