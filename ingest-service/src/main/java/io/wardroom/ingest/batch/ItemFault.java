package io.wardroom.ingest.batch;

/// Why one item is rejected; the others stay.
final class ItemFault extends Exception {
    private static final String TOO_MANY_SERIES = "the agent has as many series as it may have in a day (UTC)";

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
        ITEM_TOO_LARGE,
        QUOTA_EXCEEDED
    }

    static ItemFault invalid(String field, String fault) {
        return new ItemFault(Code.VALIDATION_ERROR, field + " " + fault);
    }

    static ItemFault noRoom() {
        return new ItemFault(
                Code.QUOTA_EXCEEDED, "the tenant's bytes of measured values for this day (UTC) are used up");
    }

    /// @param index the place of an item with a series that its agent may not have
    static Rejection tooManySeries(int index) {
        return new Rejection(index, Code.QUOTA_EXCEEDED.name(), TOO_MANY_SERIES);
    }

    static ItemFault tooManySeries() {
        return new ItemFault(Code.QUOTA_EXCEEDED, TOO_MANY_SERIES);
    }

    Code code() {
        return code;
    }

    String detail() {
        return detail;
    }
}
