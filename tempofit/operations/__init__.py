"""What the commands do to a cloud, here or on AWS; no command line."""
