"""Services that fail where they are told to, for the local cloud of `tempofit chaos`."""
