package io.wardroom.ingest.batch;

/// A batch that cannot be taken at all: no JSON, an envelope of the wrong form, or more than may be.
public final class MalformedBatch extends Exception {
    private final boolean tooLarge;
    private final String field;
    private final String fault;

    private MalformedBatch(boolean tooLarge, String field, String fault) {
        // an expected refusal needs no stack trace
        super(field + ": " + fault, null, false, false);
        this.tooLarge = tooLarge;
        this.field = field;
        this.fault = fault;
    }

    public static MalformedBatch at(String field, String fault) {
        return new MalformedBatch(false, field, fault);
    }

    public static MalformedBatch tooLarge(String field, String fault) {
        return new MalformedBatch(true, field, fault);
    }

    public boolean tooLarge() {
        return tooLarge;
    }

    /// Where in the batch, as a path from its top: `items[3].samples[1].value`.
    public String field() {
        return field;
    }

    public String fault() {
        return fault;
    }
}
