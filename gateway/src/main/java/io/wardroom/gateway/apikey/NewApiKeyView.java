package io.wardroom.gateway.apikey;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// A key that was just made.
///
/// @param key the key itself, shown only here
record NewApiKeyView(@JsonUnwrapped ApiKeyView view, String key) {
    /// Never shows the key.
    @Override
    public String toString() {
        return "NewApiKeyView";
    }
}
