
¼¤—õHv|ÏvĞânØK£
system.cpu.utilization0
system.filesystem.utilization

mountpoint/