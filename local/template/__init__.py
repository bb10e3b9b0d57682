"""The synthesized stack, read for the cloud on this machine."""
