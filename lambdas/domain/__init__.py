"""What TempoFit decides. Standard library only; time and randomness come in as arguments."""
