package io.wardroom.common.problem;

/// What is wrong with one field of a request.
///
/// @param field   the field's name as the caller wrote it, with a path where it is nested
/// @param message what is wrong, for a person
public record FieldFault(String field, String message) {}
