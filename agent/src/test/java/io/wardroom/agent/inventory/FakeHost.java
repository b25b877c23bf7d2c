package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A folder that stands for `/` of a host.
record FakeHost(Path root) {
    FakeHost with(String path, String text) throws IOException {
        var file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    HostFiles files() {
        return new HostFiles(root);
    }

    static List<? extends Row> rows(Finding finding) {
        return ((Finding.Rows) finding).rows();
    }

    /// The rows as they go out.
    static List<String> json(Finding finding) {
        var lines = new ArrayList<String>();
        for (var row : rows(finding)) {
            lines.add(new String(Json.bytes(row.fields()), java.nio.charset.StandardCharsets.UTF_8));
        }
        return lines;
    }
}
