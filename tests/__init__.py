"""What the functions' metrics are told, here because they read it when they are imported."""

import os

os.environ.update({"POWERTOOLS_SERVICE_NAME": "tests", "POWERTOOLS_METRICS_NAMESPACE": "TempoFit"})
