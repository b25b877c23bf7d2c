package io.wardroom.agent.honeypot;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The kernel's inotify(7), for Java's own WatchService never sees that a file was opened.
@SuppressWarnings("restricted")
final class Inotify implements AutoCloseable {
    static final int MODIFY = 0x2;
    static final int OPEN = 0x20;
    static final int DELETE_SELF = 0x400;
    static final int MOVE_SELF = 0x800;
    /// The kernel dropped the watch: its file is gone.
    static final int IGNORED = 0x8000;

    private static final int NON_BLOCKING = 0x800;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int DO_NOT_FOLLOW = 0x2000000;
    private static final short READABLE = 1;
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int EVENT_BYTES = 16;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(STATE);
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
    private final MemorySegment waiting = arena.allocate(8, 4);
    private final MethodHandle add = function(
            "inotify_add_watch",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private final MethodHandle poll = function(
            "poll",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private final MethodHandle read = function(
            "read",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private final MethodHandle end =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private final int descriptor;

    /// @throws IOException if the kernel gives no watch, or this is no Linux
    Inotify() throws IOException {
        var init = function("inotify_init1", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        descriptor = checked("inotify_init1", call(() -> (int) init.invokeExact(state, NON_BLOCKING | CLOSE_ON_EXEC)));
    }

    /// @param watch what [#watch] gave for the file
    /// @param mask  what happened, of the constants here
    record Event(int watch, int mask) {
        boolean is(int what) {
            return (mask & what) != 0;
        }
    }

    int watch(Path file, int mask) throws IOException {
        try (var names = Arena.ofConfined()) {
            var path = names.allocateFrom(file.toString());
            return checked("inotify_add_watch", call(() ->
                    (int) add.invokeExact(state, descriptor, path, mask | DO_NOT_FOLLOW)));
        }
    }

    /// What happened, at the latest after `patience`; empty where nothing did.
    List<Event> await(Duration patience) throws IOException {
        waiting.set(ValueLayout.JAVA_INT, 0, descriptor);
        waiting.set(ValueLayout.JAVA_SHORT, 4, READABLE);
        waiting.set(ValueLayout.JAVA_SHORT, 6, (short) 0);
        var ready = call(() -> (int) poll.invokeExact(state, waiting, 1L, (int) patience.toMillis()));
        if (ready <= 0) {
            // nothing, or a signal came in between
            return List.of();
        }
        var bytes = call(() -> (int) (long) read.invokeExact(state, descriptor, buffer, (long) BUFFER_BYTES));
        var events = new ArrayList<Event>();
        for (var at = 0L; at + EVENT_BYTES <= bytes; ) {
            events.add(new Event(buffer.get(ValueLayout.JAVA_INT, at), buffer.get(ValueLayout.JAVA_INT, at + 4)));
            at += EVENT_BYTES + Integer.toUnsignedLong(buffer.get(ValueLayout.JAVA_INT, at + 12));
        }
        return events;
    }

    @Override
    public void close() {
        call(() -> (int) end.invokeExact(state, descriptor));
        arena.close();
    }

    private static MethodHandle function(String name, FunctionDescriptor form) {
        var address = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("this system has no " + name));
        return LINKER.downcallHandle(address, form, Linker.Option.captureCallState("errno"));
    }

    @FunctionalInterface
    private interface Call {
        int run() throws Throwable;
    }

    private static int call(Call call) {
        try {
            return call.run();
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private int checked(String what, int result) throws IOException {
        if (result < 0) {
            throw new IOException("%s failed with errno %d".formatted(what, (int) ERRNO.get(state, 0L)));
        }
        return result;
    }
}
