"""average-heart-rate → the lake: each average is a row of a file, without its person's name."""

from typing import Any

from events import stream
from lambdas.adapters import lake, records
from lambdas.adapters.environment import need
from lambdas.adapters.telemetry import count, metrics, traced

need(lake.Averages)


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch that Firehose does not take whole comes again; its rows may then be there twice.

    Of what cannot be read `schedule`, which reads the same stream, says where it lies.
    """
    batch, unreadable = records.decode(event, stream.readable_averages)
    unread = sum(record.value[1] for record in batch)
    count(Records=len(event["Records"]), Unreadable=len(unreadable) + unread)
    count(Rows=lake.deliver_averages(one for record in batch for one in record.value[0]))
    return {"batchItemFailures": []}
