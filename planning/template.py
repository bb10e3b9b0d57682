"""What the synthesized template says about streams, mappings and functions."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from events.stream import GROUPS
from planning import quotas


class Reader(Struct, frozen=True):
    """A stream of the template and the mapping that reads it."""

    shards: int
    batch_size: int
    parallelization: int
    """Lanes of a shard: its batches that run at once. A partition key keeps to one of them."""
    memory_mb: int

    @property
    def lanes(self) -> int:
        """Lanes of all shards of the template."""
        return self.shards * self.parallelization

    @property
    def cpu(self) -> float:
        """Processors that the function has."""
        return min(1.0, self.memory_mb / quotas.MEMORY_MB_OF_ONE_CPU)


class Settings(Struct, frozen=True):
    """What the template says; readers by the function that reads."""

    readers: dict[str, Reader]
    emit_every_seconds: float
    interval_seconds: int
    memory_mb: int
    """Of the functions behind the WebSocket."""
    throttle_rate: float
    door_rate: float
    """Requests a second that the HTTP door lets in."""
    groups: int = GROUPS


def settings_of(template: Mapping[str, Any]) -> Settings:
    """What a synthesized CloudFormation template says about streams, mappings and functions."""
    by_type: dict[str, dict[str, Any]] = {}
    for name, resource in template["Resources"].items():
        by_type.setdefault(resource["Type"], {})[name] = resource["Properties"]
    functions = by_type["AWS::Lambda::Function"]
    variables = {
        name: properties["Environment"]["Variables"] for name, properties in functions.items()
    }
    readers = {}
    for mapping in by_type["AWS::Lambda::EventSourceMapping"].values():
        stream = by_type["AWS::Kinesis::Stream"][mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        name = mapping["FunctionName"]["Ref"]
        readers[variables[name]["POWERTOOLS_SERVICE_NAME"]] = Reader(
            stream["ShardCount"],
            mapping["BatchSize"],
            mapping.get("ParallelizationFactor", 1),
            functions[name]["MemorySize"],
        )
    (average,) = (one for one in variables.values() if "EMIT_EVERY_SECONDS" in one)
    (stage,) = by_type["AWS::ApiGatewayV2::Stage"].values()
    (door,) = by_type["AWS::ApiGateway::Stage"].values()
    return Settings(
        readers=readers,
        emit_every_seconds=float(average["EMIT_EVERY_SECONDS"]),
        interval_seconds=int(average["INTERVAL_SECONDS"]),
        memory_mb=min(properties["MemorySize"] for properties in functions.values()),
        door_rate=door["MethodSettings"][0]["ThrottlingRateLimit"],
        throttle_rate=stage["DefaultRouteSettings"]["ThrottlingRateLimit"],
    )
