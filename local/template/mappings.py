"""Event source mappings of a template, and what of them the local cloud would not do."""

from typing import Any

from local.template.intrinsics import StackError
from local.template.stack import Mapping

RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "MaximumRetryAttempts": (-1, 10_000),
    "ParallelizationFactor": (1, 10),
}
"""Of CreateEventSourceMapping, for Kinesis."""
SHORTEST_AGE_SECONDS = 60
"""But -1, which is no limit."""
ONLY = {
    "Enabled": True,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
}
"""What is done if it has this value, and not otherwise."""
READ = frozenset(
    {
        *RANGES,
        *ONLY,
        "BisectBatchOnFunctionError",
        "DestinationConfig",
        "EventSourceArn",
        "FunctionName",
        "StartingPosition",
        "Tags",
    }
)
POSITIONS = ("LATEST", "TRIM_HORIZON")

Properties = dict[str, Any]


def read_mapping(
    properties: Properties, queues: str, streams: set[str], functions: set[str]
) -> Mapping:
    """One mapping, from one of `streams` to one of `functions`; `queues` is the address of SQS.

    Raises StackError for what Lambda would refuse, and for what is not done here.
    """
    stream, function = _ends(properties, streams, functions)
    what = f"The mapping from {stream} to {function}"
    _check_known(what, properties)
    _check_ranges(what, properties)
    return Mapping(
        stream=stream,
        function=function,
        batch_size=properties.get("BatchSize", 100),
        batching_window_seconds=properties.get("MaximumBatchingWindowInSeconds", 0),
        parallelization_factor=properties.get("ParallelizationFactor", 1),
        starting_position=properties["StartingPosition"],
        bisect_on_error=properties.get("BisectBatchOnFunctionError", False),
        maximum_retry_attempts=properties.get("MaximumRetryAttempts", -1),
        maximum_record_age_seconds=properties.get("MaximumRecordAgeInSeconds", -1),
        report_batch_item_failures=bool(properties.get("FunctionResponseTypes")),
        on_failure_queue_url=_on_failure(what, properties.get("DestinationConfig", {}), queues),
    )


def _ends(properties: Properties, streams: set[str], functions: set[str]) -> tuple[str, str]:
    source, function = properties.get("EventSourceArn", ""), properties["FunctionName"]
    service, _, stream = source.partition(":stream/")
    if ":kinesis:" not in service or stream not in streams:
        raise StackError(
            f"The mapping to {function} reads from {source!r}; the local cloud has mappings from "
            f"the Kinesis streams of the template only: {', '.join(sorted(streams))}."
        )
    if function not in functions:
        raise StackError(
            f"The mapping from {stream} leads to {function!r}; the local cloud has the functions "
            f"of the template, without versions and aliases: {', '.join(sorted(functions))}."
        )
    return stream, function


def _check_known(what: str, properties: Properties) -> None:
    for name, value in properties.items():
        if name not in READ or (name in ONLY and value not in (ONLY[name], [])):
            raise _not_done(what, name, value)
    position = properties.get("StartingPosition")
    if position not in POSITIONS:
        raise _not_done(what, "StartingPosition", position)


def _check_ranges(what: str, properties: Properties) -> None:
    for name, (least, most) in RANGES.items():
        value = properties.get(name, most)
        if not least <= value <= most:
            bound = (
                f"less than or equal to {most}"
                if value > most
                else f"greater than or equal to {least}"
            )
            raise StackError(
                f"{what} would be refused by Lambda: 1 validation error detected: Value '{value}' "
                f"at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: Member must have "
                f"value {bound}. Change {name} in infra/streams.py."
            )
    age = properties.get("MaximumRecordAgeInSeconds", -1)
    if -1 < age < SHORTEST_AGE_SECONDS:
        raise StackError(
            f"{what} would be refused by Lambda: MaximumRecordAgeInSeconds is {age}; it may be -1 "
            f"or from {SHORTEST_AGE_SECONDS} on. Change it in infra/streams.py."
        )


def _on_failure(what: str, config: Properties, queues: str) -> str | None:
    if config.get("OnSuccess"):
        raise _not_done(what, "DestinationConfig.OnSuccess", config["OnSuccess"])
    destination: str | None = config.get("OnFailure", {}).get("Destination")
    if destination is None:
        return None
    if destination.split(":")[2:3] != ["sqs"]:
        raise _not_done(what, "DestinationConfig.OnFailure", destination)
    account, name = destination.split(":")[4:6]
    return f"{queues}/{account}/{name}"


def _not_done(what: str, name: str, value: Any) -> StackError:
    return StackError(
        f"{what} has {name} {value!r}, which the local cloud does not do, so that its functions "
        "would not see what they see on AWS. Leave it out, or teach it to "
        "local/functions/mappings.py and local/template/mappings.py."
    )
