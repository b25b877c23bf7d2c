package io.wardroom.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// Unpacks what comes packed.
final class Archives {
    private Archives() {}

    /// A `.txz` resource, unpacked below `runtime` under the name of the artifact that it comes in.
    static Path unpackedOnce(String resource, Path runtime) throws IOException {
        var url = Archives.class.getResource("/" + resource);
        if (url == null) {
            throw new IOException(resource + " is not on the class path");
        }
        var artifact =
                url.getPath().replaceFirst("!.*", "").replaceFirst(".*/", "").replaceFirst("\\.jar$", "");
        var target = runtime.resolve(artifact);
        if (Files.notExists(target)) {
            var draft = runtime.resolve(artifact + ".new");
            PrivateFiles.delete(draft);
            try (var stream = new XZInputStream(new BufferedInputStream(url.openStream()))) {
                unpack(stream, draft, 0);
            }
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        }
        return target;
    }

    /// @param skipped how many leading folders of each name are left out
    static void unpackGzip(Path archive, Path target, int skipped) throws IOException {
        try (var stream = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive)), 1 << 16)) {
            unpack(stream, target, skipped);
        }
    }

    private static void unpack(InputStream stream, Path target, int skipped) throws IOException {
        Files.createDirectories(target);
        try (var tar = new TarArchiveInputStream(stream)) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var name = Path.of(entry.getName()).normalize();
                if (name.getNameCount() <= skipped) {
                    continue;
                }
                var file = target.resolve(
                                name.subpath(skipped, name.getNameCount()).toString())
                        .normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("an entry leads out of the archive: " + entry.getName());
                }
                place(tar, entry, file);
            }
        }
    }

    private static void place(TarArchiveInputStream tar, TarArchiveEntry entry, Path file) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        var parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.deleteIfExists(file);
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, file, StandardCopyOption.REPLACE_EXISTING);
        if ((entry.getMode() & 0100) != 0) {
            var rights = new HashSet<>(Files.getPosixFilePermissions(file));
            rights.add(PosixFilePermission.OWNER_EXECUTE);
            Files.setPosixFilePermissions(file, rights);
        }
    }
}
