"""Lambda on this machine: warm workers, and the mappings that feed them from streams."""
