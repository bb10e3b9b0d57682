"""Kinesis Data Streams, on this machine."""
