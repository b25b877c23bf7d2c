
†-Б|PтрвЖ4Х*7вm
system.cpu.utilization0
system.filesystem.utilization

mountpoint/