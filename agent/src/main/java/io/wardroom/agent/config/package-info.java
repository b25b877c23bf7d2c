/// The agent's settings: one TOML file.
@NullMarked
package io.wardroom.agent.config;

import org.jspecify.annotations.NullMarked;
