"""Where the project lies, and the account and region that the cloud on this machine says it is."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
ACCOUNT = "000000000000"
REGION = "us-east-1"
