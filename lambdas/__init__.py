"""One file, one Lambda function: decode, decide, act."""
