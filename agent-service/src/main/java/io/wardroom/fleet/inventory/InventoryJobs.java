package io.wardroom.fleet.inventory;

import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// What happens to inventories by the clock, on one replica at a time.
@Component
class InventoryJobs {
    private final Inventory inventory;

    InventoryJobs(Inventory inventory) {
        this.inventory = inventory;
    }

    @Scheduled(cron = "0 37 * * * *")
    @SchedulerLock(name = "inventory-forget", lockAtMostFor = "45s", lockAtLeastFor = "1m")
    void forgetOldChanges() {
        inventory.forgetOldChanges();
    }
}
