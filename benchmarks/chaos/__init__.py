"""Whatever fails, the music goes on: faults by a seed, and what became of every heart rate."""
