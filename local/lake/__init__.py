"""The lake on this machine: what Firehose would write into a bucket is written into a folder."""
