package io.wardroom.agent.inventory;

import io.wardroom.agent.json.Fields;

/// One thing found on the host, in the contract's shape of its section.
public interface Row {
    Fields fields();
}
