"""The outside things, one file each: Redis keys, tables, streams, queues, sockets."""
