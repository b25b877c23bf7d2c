package io.wardroom.gateway.route;

/// The kind of credential that opens a route; which role may do what is the owning service's to say.
public enum Access {
    PUBLIC,
    /// An agent's own token.
    AGENT,
    /// An enrolment token or an agent's token; the service decides.
    ENROLMENT,
    /// A person's token from Keycloak.
    USER
}
