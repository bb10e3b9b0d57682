"""What decides whether a deployment will work: read from the account, and nothing changed in it."""
