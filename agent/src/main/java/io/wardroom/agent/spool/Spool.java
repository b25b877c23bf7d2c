package io.wardroom.agent.spool;

import io.wardroom.agent.log.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongFunction;

/// Batches on disk, from their making until the hub has them: bounded, oldest first, and whole after a kill.
///
/// Batches are appended to segment files named after their first sequence number, each forced to disk before it
/// counts. What the hub has taken is a position kept in the file `cursor`; it is not forced, because a batch
/// sent twice is one batch to the hub. A segment that was read whole is deleted, except the newest: it carries
/// the next sequence number.
public final class Spool implements AutoCloseable {
    private static final int MAX_REFUSED_FILES = 20;
    private static final long MAX_REFUSED_BYTES = 4L << 20;
    private static final long MIN_SEGMENT_BYTES = 64 << 10;
    private static final long MAX_SEGMENT_BYTES = 1 << 20;

    private final Path folder;
    private final long maxBytes;
    private final long segmentBytes;
    private final FileChannel lockFile;
    private final Deque<Segment> segments = new ArrayDeque<>();

    private long nextSeq;
    private long readOffset;
    private Counters counters = Counters.NONE;

    private static final class Segment {
        private final Path file;
        private final long firstSeq;
        private long bytes;
        private long pendingBatches;
        private long pendingItems;

        Segment(Path file, long firstSeq) {
            this.file = file;
            this.firstSeq = firstSeq;
        }
    }

    /// How full the spool is.
    public record Fill(long batches, long bytes) {}

    /// A batch about to be spooled.
    ///
    /// @param body the request's body, compressed; at most 8 MiB
    public record Draft(UUID batchId, UUID instanceId, int items, byte[] body) {}

    private Spool(Path folder, long maxBytes, FileChannel lockFile) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.segmentBytes = Math.clamp(maxBytes / 16, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
        this.lockFile = lockFile;
    }

    /// Opens the folder, made where it is missing, and takes it for this process alone.
    ///
    /// @param maxBytes bound on all segment files together
    /// @throws IOException if another process has it, or it cannot be read or written
    public static Spool open(Path folder, long maxBytes) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var lockFile = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock;
            try {
                lock = lockFile.tryLock();
            } catch (OverlappingFileLockException mine) {
                lock = null;
            }
            if (lock == null) {
                throw new IOException("another agent uses " + folder);
            }
            var spool = new Spool(folder, maxBytes, lockFile);
            spool.recover();
            return spool;
        } catch (IOException | RuntimeException failed) {
            lockFile.close();
            throw failed;
        }
    }

    private void recover() throws IOException {
        var cursor = readCursor();
        counters = new Counters(
                cursor.getOrDefault("dropped_batches", 0L),
                cursor.getOrDefault("dropped_items", 0L),
                cursor.getOrDefault("refused_batches", 0L),
                cursor.getOrDefault("rejected_items", 0L),
                cursor.getOrDefault("damaged_bytes", 0L));
        nextSeq = Math.max(1, cursor.getOrDefault("next_seq", 1L));
        var readSegment = cursor.getOrDefault("segment", 0L);
        for (var file : segmentFiles()) {
            var firstSeq = firstSeq(file);
            if (firstSeq < readSegment) {
                Files.delete(file);
                continue;
            }
            var segment = new Segment(file, firstSeq);
            var from = firstSeq == readSegment ? cursor.getOrDefault("offset", 0L) : 0L;
            scan(segment, from);
            if (segments.isEmpty()) {
                readOffset = Math.min(from, segment.bytes);
            }
            nextSeq = Math.max(nextSeq, firstSeq);
            segments.addLast(segment);
        }
        // what was torn by a kill lies at the end of the newest segment: cut off, so that appending goes on
        // behind whole batches
        var newest = segments.peekLast();
        if (newest != null && Files.size(newest.file) > newest.bytes) {
            var torn = Files.size(newest.file) - newest.bytes;
            counters = counters.damaged(torn);
            Log.warn("cut off %d bytes at the end of %s that held no whole batch".formatted(torn, newest.file));
            try (var channel = FileChannel.open(newest.file, StandardOpenOption.WRITE)) {
                channel.truncate(newest.bytes);
                channel.force(true);
            }
        }
        dropConsumedSegments();
        writeCursor();
    }

    /// Counts what is whole in a segment file and still to be sent.
    private void scan(Segment segment, long from) throws IOException {
        var bytes = Files.readAllBytes(segment.file);
        int at = 0;
        for (Optional<Frame> next; (next = Frame.next(bytes, at)).isPresent(); ) {
            var frame = next.get();
            if (frame.offset() >= from) {
                segment.pendingBatches++;
                segment.pendingItems += frame.items();
            }
            nextSeq = Math.max(nextSeq, frame.seq() + 1);
            at = frame.end();
        }
        segment.bytes = at;
    }

    /// Keeps a batch: when this returns, it is on disk.
    ///
    /// The oldest segments make room where the spool is full. A batch that the disk does not take is counted as
    /// dropped, and its sequence number goes to the next one.
    ///
    /// @param batch makes the batch for the sequence number it gets
    /// @return the sequence number
    /// @throws IOException if the batch could not be written; the spool is as before
    public synchronized long append(LongFunction<Draft> batch) throws IOException {
        var seq = nextSeq;
        var draft = batch.apply(seq);
        if (draft.body().length > Frame.MAX_BODY_BYTES || draft.body().length + Frame.HEADER_BYTES > maxBytes) {
            counters = counters.dropped(1, draft.items());
            throw new IOException("a batch of %d bytes fits no spool".formatted(draft.body().length));
        }
        var frame = Frame.encode(seq, draft.batchId(), draft.instanceId(), draft.items(), draft.body());
        try {
            makeRoom(frame.length);
            var segment = segments.peekLast();
            if (segment == null || segment.bytes > 0 && segment.bytes + frame.length > segmentBytes) {
                segment = addSegment(seq);
            }
            write(segment, frame);
            segment.bytes += frame.length;
            segment.pendingBatches++;
            segment.pendingItems += draft.items();
        } catch (IOException failed) {
            counters = counters.dropped(1, draft.items());
            throw failed;
        }
        nextSeq = seq + 1;
        dropConsumedSegments();
        notifyAll();
        return seq;
    }

    private static void write(Segment segment, byte[] frame) throws IOException {
        try (var channel = FileChannel.open(segment.file, StandardOpenOption.WRITE)) {
            try {
                var buffer = ByteBuffer.wrap(frame);
                for (long at = segment.bytes; buffer.hasRemaining(); ) {
                    at += channel.write(buffer, at);
                }
                channel.force(true);
            } catch (IOException failed) {
                channel.truncate(segment.bytes);
                throw failed;
            }
        }
    }

    private Segment addSegment(long firstSeq) throws IOException {
        var file = folder.resolve("%020d.seg".formatted(firstSeq));
        var onlyOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        FileChannel.open(
                        file,
                        java.util.Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING),
                        onlyOwner)
                .close();
        try (var entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
        var segment = new Segment(file, firstSeq);
        segments.addLast(segment);
        if (segments.size() == 1) {
            readOffset = 0;
        }
        return segment;
    }

    private void makeRoom(long bytes) throws IOException {
        while (totalBytes() + bytes > maxBytes && !segments.isEmpty()) {
            var oldest = segments.removeFirst();
            readOffset = 0;
            counters = counters.dropped(oldest.pendingBatches, oldest.pendingItems);
            if (oldest.pendingBatches > 0) {
                Log.warn("the spool is full: dropped the %d oldest batches".formatted(oldest.pendingBatches));
            }
            // the loss is on record before the file goes
            writeCursor();
            Files.deleteIfExists(oldest.file);
        }
    }

    private long totalBytes() {
        long bytes = 0;
        for (var segment : segments) {
            bytes += segment.bytes;
        }
        return bytes;
    }

    /// The batch to send next.
    ///
    /// @throws IOException if the spool cannot be read
    public synchronized Optional<SpooledBatch> oldest() throws IOException {
        while (!segments.isEmpty()) {
            var segment = segments.peekFirst();
            if (segment.pendingBatches > 0) {
                var frame = readFrame(segment);
                if (frame.isPresent()) {
                    return Optional.of(frame.get());
                }
                // the disk lost what it had: count it, go on with what is left
                counters = counters.dropped(segment.pendingBatches, segment.pendingItems);
                segment.pendingBatches = 0;
                segment.pendingItems = 0;
            }
            if (segments.size() == 1) {
                return Optional.empty();
            }
            dropConsumedSegments();
        }
        return Optional.empty();
    }

    private Optional<SpooledBatch> readFrame(Segment segment) throws IOException {
        try (var channel = FileChannel.open(segment.file, StandardOpenOption.READ)) {
            var from = Math.min(readOffset, channel.size());
            var header = read(channel, from, Frame.HEADER_BYTES);
            var bodyBytes = header.length == Frame.HEADER_BYTES
                    ? ByteBuffer.wrap(header).getInt(4)
                    : -1;
            var whole = bodyBytes >= 0 && bodyBytes <= Frame.MAX_BODY_BYTES
                    ? Frame.next(read(channel, from, Frame.HEADER_BYTES + bodyBytes), 0)
                            .filter(frame -> frame.offset() == 0)
                    : Optional.<Frame>empty();
            // damage in the middle: look for the next whole batch behind it
            var frame = whole.isPresent() ? whole : Frame.next(read(channel, from, (int) (channel.size() - from)), 0);
            return frame.map(found -> new SpooledBatch(
                    found.seq(),
                    found.batchId(),
                    found.instanceId(),
                    found.items(),
                    found.body(),
                    new SpooledBatch.Position(segment.firstSeq, from + found.offset(), from + found.end())));
        }
    }

    private static byte[] read(FileChannel channel, long from, int length) throws IOException {
        var buffer = ByteBuffer.allocate((int) Math.min(length, Math.max(0, channel.size() - from)));
        for (long at = from; buffer.hasRemaining(); ) {
            var read = channel.read(buffer, at);
            if (read < 0) {
                break;
            }
            at += read;
        }
        return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    }

    /// The hub has the batch. One that was dropped meanwhile to make room is simply gone.
    ///
    /// @param rejectedItems items of it that the hub rejected
    public synchronized void acknowledge(SpooledBatch batch, int rejectedItems) throws IOException {
        counters = counters.rejected(rejectedItems);
        goBehind(batch);
        writeCursor();
    }

    /// The hub can never take the batch: it is kept aside for a person to look at, bounded, and counted.
    public synchronized void refuse(SpooledBatch batch, String why) throws IOException {
        var aside = folder.resolve("refused");
        Files.createDirectories(aside);
        Files.write(aside.resolve("%020d.json.gz".formatted(batch.seq())), batch.body());
        Files.writeString(aside.resolve("%020d.txt".formatted(batch.seq())), why + "\n");
        counters = counters.refused();
        goBehind(batch);
        writeCursor();
        pruneRefused(aside);
    }

    /// Gives up the batches of other starts of the agent: a machine that turned out to be a copy holds its
    /// original's.
    ///
    /// @return how many
    public synchronized long discardOthers(UUID instanceId) throws IOException {
        long discarded = 0;
        for (Optional<SpooledBatch> next; (next = oldest()).isPresent(); discarded++) {
            var batch = next.get();
            if (batch.instanceId().equals(instanceId)) {
                break;
            }
            counters = counters.dropped(1, batch.items());
            goBehind(batch);
        }
        writeCursor();
        return discarded;
    }

    private void goBehind(SpooledBatch batch) throws IOException {
        var segment = segments.peekFirst();
        if (segment == null
                || segment.firstSeq != batch.position().segment()
                || readOffset > batch.position().offset()) {
            return;
        }
        counters = counters.damaged(batch.position().offset() - readOffset);
        readOffset = batch.position().end();
        segment.pendingBatches--;
        segment.pendingItems -= batch.items();
        dropConsumedSegments();
    }

    private void dropConsumedSegments() throws IOException {
        while (segments.size() > 1 && segments.getFirst().pendingBatches == 0) {
            var consumed = segments.removeFirst();
            counters = counters.damaged(Math.max(0, Files.size(consumed.file) - readOffset));
            readOffset = 0;
            Files.deleteIfExists(consumed.file);
        }
    }

    private void pruneRefused(Path aside) throws IOException {
        var files = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(aside)) {
            entries.forEach(files::add);
        }
        files.sort(null);
        long bytes = 0;
        for (var file : files) {
            bytes += Files.size(file);
        }
        for (int i = 0;
                i < files.size() && (files.size() - i > 2 * MAX_REFUSED_FILES || bytes > MAX_REFUSED_BYTES);
                i++) {
            bytes -= Files.size(files.get(i));
            Files.delete(files.get(i));
        }
    }

    /// Waits until there is a batch to send, at most so long.
    public synchronized void awaitBatch(Duration atMost) throws InterruptedException {
        if (fill().batches() == 0 && atMost.isPositive()) {
            wait(Math.max(1, atMost.toMillis()));
        }
    }

    public synchronized Fill fill() {
        long batches = 0;
        for (var segment : segments) {
            batches += segment.pendingBatches;
        }
        return new Fill(batches, totalBytes());
    }

    public synchronized Counters counters() {
        return counters;
    }

    private List<Path> segmentFiles() throws IOException {
        var files = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(folder, "*.seg")) {
            for (var file : entries) {
                if (String.valueOf(file.getFileName()).matches("\\d{20}\\.seg")) {
                    files.add(file);
                }
            }
        }
        files.sort(null);
        return files;
    }

    private static long firstSeq(Path file) throws IOException {
        try {
            return Long.parseLong(String.valueOf(file.getFileName()).substring(0, 20));
        } catch (NumberFormatException tooLarge) {
            throw new IOException(file + " is no segment of this spool", tooLarge);
        }
    }

    private Map<String, Long> readCursor() throws IOException {
        var file = folder.resolve("cursor");
        var values = new HashMap<String, Long>();
        if (Files.notExists(file) || Files.size(file) > 4096) {
            return values;
        }
        // a cursor lost with the power is no loss: batches are sent once more, and the hub knows them
        for (var line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
            var parts = line.split(" ");
            if (parts.length == 2 && parts[1].matches("\\d{1,18}")) {
                values.put(parts[0], Long.parseLong(parts[1]));
            }
        }
        return values;
    }

    private void writeCursor() throws IOException {
        var oldest = segments.peekFirst();
        var text = """
            segment %d
            offset %d
            next_seq %d
            dropped_batches %d
            dropped_items %d
            refused_batches %d
            rejected_items %d
            damaged_bytes %d
            """.formatted(
                        oldest == null ? nextSeq : oldest.firstSeq,
                        oldest == null ? 0 : readOffset,
                        nextSeq,
                        counters.droppedBatches(),
                        counters.droppedItems(),
                        counters.refusedBatches(),
                        counters.rejectedItems(),
                        counters.damagedBytes());
        var draft = folder.resolve("cursor.new");
        Files.writeString(draft, text);
        Files.move(
                draft, folder.resolve("cursor"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            writeCursor();
        } finally {
            lockFile.close();
        }
    }
}
