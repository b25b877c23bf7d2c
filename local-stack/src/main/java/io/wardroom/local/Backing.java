package io.wardroom.local;

import java.io.IOException;
import java.util.Map;

/// The servers a suite stands on.
public interface Backing {
    /// Every variable that `service` needs to reach them: `WARDROOM_KAFKA`, `WARDROOM_DB_URL` and so on.
    Map<String, String> environmentOf(String service) throws IOException;

    /// Who may log in first: an owner and platform administrator.
    String administrator();

    /// The password of [#administrator()].
    String administratorPassword() throws IOException;
}
