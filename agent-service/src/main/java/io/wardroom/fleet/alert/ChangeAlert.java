package io.wardroom.fleet.alert;

/// The wish to acknowledge or resolve an alert.
final class ChangeAlert {
    private ChangeAlert() {}

    /// Every way the wish can end.
    sealed interface Outcome {
        record Changed(Alert alert) implements Outcome {}

        record NoSuchAlert() implements Outcome {}

        /// @param status from which there is no way there
        record NotFrom(Alert.Status status) implements Outcome {}
    }
}
