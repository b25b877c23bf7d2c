package io.wardroom.agent.spool;

/// What did not reach the hub, counted over the life of the spool.
///
/// @param droppedBatches thrown away because the spool was full or the disk took no more
/// @param refusedBatches moved aside because the hub said that it can never take them
/// @param rejectedItems  single items that the hub rejected in batches it took
/// @param damagedBytes   bytes of the spool that held no whole batch
public record Counters(
        long droppedBatches, long droppedItems, long refusedBatches, long rejectedItems, long damagedBytes) {
    public static final Counters NONE = new Counters(0, 0, 0, 0, 0);

    Counters dropped(long batches, long items) {
        return new Counters(
                droppedBatches + batches, droppedItems + items, refusedBatches, rejectedItems, damagedBytes);
    }

    Counters refused() {
        return new Counters(droppedBatches, droppedItems, refusedBatches + 1, rejectedItems, damagedBytes);
    }

    Counters rejected(long items) {
        return new Counters(droppedBatches, droppedItems, refusedBatches, rejectedItems + items, damagedBytes);
    }

    Counters damaged(long bytes) {
        return new Counters(droppedBatches, droppedItems, refusedBatches, rejectedItems, damagedBytes + bytes);
    }
}
