package io.wardroom.gateway.totp;

import java.util.UUID;

/// Somebody's second factor was turned on or off, by this replica.
public record SecondFactorChanged(UUID user) {}
