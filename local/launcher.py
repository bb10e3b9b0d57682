"""Runs the synthesized stack on this machine: every part a process, on loopback only."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import socket
from typing import Any

import boto3
import msgspec
from botocore.config import Config

from local import data as keep
from local import lock, processes, queues, streams, valkey, web
from local.addresses import FILE, RUN, Addresses
from local.files import store
from local.gateway import server as gateway
from local.interrupts import postponed
from local.keeper import Keeper, keeping
from local.lake import server as lakes
from local.processes import HOST, Part
from local.project import PROJECT, REGION
from local.tables import server as tables
from local.template import synth, template
from local.template.stack import Function, Lake, Stack

FIRST_PORT = 8000
"""Of the usual ports; the page has it."""
PORTS = ("web", "gateway", "streams", "tables", "queues", "redis")
"""Who has a port, in the order of the usual ones."""
LAKE = "lake"
"""The part that has a port only where there is a lake."""
PAGE = PROJECT / "frontend" / "dist"
AUDIENCE = "tempofit"
SHARDS = {"heart_rate_shards": "4", "averages_shards": "2", "requests_shards": "2"}
"""As prod has them, so that what is measured here has the lanes it would have there; dev has fewer
because they cost."""
WITH_LAKE = {"lake": "on"}
LAKE_SECONDS = 10.0
"""For how long rows wait to be written into the lake, so that who looks finds them."""
STREAM_WORKERS = 2
"""Processes of a function on a stream, at most: more than two cores would not serve."""
WORKERS = {"authorize": 2, "connect": 2, "workout": 2}
"""Processes of the functions behind the WebSocket that are called most; one of each other."""

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
}


KINESIS = "AWS_ENDPOINT_URL_KINESIS"
REDIS_LOGIN = ("REDIS_CACHE", "REDIS_USER")
ENDPOINTS = {
    "kinesis": "kinesis",
    "dynamodb": "dynamodb",
    "sqs": "sqs",
    "apigatewaymanagementapi": "management",
    "firehose": "lake",
}

Served = tables.Config | queues.Config | streams.Config | gateway.Config | web.Config | lakes.Config


class Cloud:
    """The running parts, in the order in which they were started."""

    def __init__(
        self,
        addresses: Addresses,
        stack: Stack,
        logs: Path,
        endpoints: Mapping[str, str],
        keeper: Keeper,
    ) -> None:
        self.addresses = addresses
        self.stack = stack
        self.logs = logs
        self.endpoints = endpoints
        self._keeper = keeper
        self.parts: list[Part] = []
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The boto3 client of a service here; no configuration of the person is read."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,  # type: ignore[call-overload]  # stubs want one literal
                endpoint_url=getattr(self.addresses, f"{ENDPOINTS[service]}_url"),
                region_name=self.addresses.region,
                aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                config=Config(parameter_validation=False, user_agent="tempofit"),
            )
        return self._clients[service]

    def start(
        self,
        name: str,
        command: list[str],
        *,
        environment: Mapping[str, str] | None = None,
        address: tuple[str, int] | None = None,
    ) -> Part:
        """Start one more part, to be stopped with the others."""
        with postponed():  # a part that nobody knows would be left behind
            part = processes.start(
                name,
                command,
                environment={**CREDENTIALS, **(environment or {})},
                logs=self.logs,
                address=address,
            )
            self.parts.append(part)
            self._keeper.keep(part.process.pid)
        return part

    def check(self) -> None:
        """Raise PartError when a part has ended by itself."""
        for part in self.parts:
            part.check()

    def stop(self) -> None:
        """Stop every part."""
        for client in self._clients.values():
            client.close()
        processes.stop(self.parts)


@contextmanager
def running(
    directory: Path = RUN,
    *,
    data: Path | None = None,
    fresh: bool = False,
    page_port: int | None = None,
    websocket_port: int | None = None,
    usual_ports: bool = False,
    users: list[str] | None = None,
    limits: bool = True,
    lake: bool = False,
    in_front: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Iterator[Cloud]:
    """The local cloud, from its start to its end.

    Songs, and what people think of them, last in `data` from one start to the next, unless `fresh`
    or no folder is given. Ports that are not given are free ones, with `usual_ports` those of the
    last start where these are free; one that another cloud has chosen is not. Without `limits` the
    shards of the streams take more than AWS's would, for a benchmark that asks how much this
    machine can do. With `lake` averages and plays become files beside what lasts. `in_front` has
    addresses of proxies, by the part that each stands before: there the functions and the WebSocket
    API find it. Whoever names a proxy starts it. Raises PartError, synth.SynthError,
    lock.LockedError, data.DataError or valkey.NoRedisError, each with a sentence that says what to
    do. However this process ends, the cloud ends with it.
    """
    logs = directory / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    addresses = directory / FILE
    with ExitStack() as held:
        locks = [held.enter_context(lock.locked(directory))]
        if data is not None:
            locks.append(held.enter_context(keep.held(data)))
        given = {"web": page_port, "gateway": websocket_port}
        reserved = _reserved((*PORTS, LAKE) if lake else PORTS, given, usual_ports, held)
        locks += [port.fileno() for port in reserved.values()]
        ports = {name: processes.number(port) for name, port in reserved.items()}
        keeper = held.enter_context(keeping(addresses, *locks))
        addresses.unlink(missing_ok=True)
        if data is None or fresh:
            keep.empty(data or directory)
        progress("Reading the synthesized stack")
        context = SHARDS | WITH_LAKE if lake else SHARDS
        cloud = _plan(synth.synthesize(context=context), ports, logs, in_front or {}, keeper)
        try:
            _start_stores(cloud, ports, directory, data, progress)
            _start_servers(cloud, ports, directory, users or [], limits, progress)
            store(addresses, msgspec.json.encode(cloud.addresses))
            yield cloud
        finally:
            addresses.unlink(missing_ok=True)
            cloud.stop()


def _reserved(
    names: Sequence[str], given: Mapping[str, int | None], usual: bool, held: ExitStack
) -> dict[str, socket]:
    """The port of each part, until `held` is closed. PartError when a given one is not free."""
    reserved = {}
    for name, port in given.items():
        if port is not None:
            what = "the page" if name == "web" else "the WebSocket API"
            reserved[name] = held.enter_context(processes.reserve_given(port, what))
    for number, name in enumerate(names, FIRST_PORT):
        if name not in reserved:
            reserved[name] = held.enter_context(
                processes.reserve_usual(number, FIRST_PORT + len(names))
                if usual
                else processes.reserve_free()
            )
    return reserved


def _plan(
    synthesized: dict[str, Any],
    ports: dict[str, int],
    logs: Path,
    in_front: Mapping[str, str],
    keeper: Keeper,
) -> Cloud:
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    redis_url = valkey.given_url() or f"redis://{HOST}:{ports['redis']}/0"
    own = {
        "REDIS_URL": redis_url,
        "OIDC_ISSUER": urls["web"],
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_JWKS_URL": f"{urls['web']}/.well-known/jwks.json",
    }
    stack = template.read(synthesized, {}, {"sqs": urls["queues"]})
    management_url = f"{urls['gateway']}/{stack.api.stage}"
    asked = {**urls, **in_front}
    endpoints = {
        KINESIS: asked["streams"],
        "AWS_ENDPOINT_URL_DYNAMODB": asked["tables"],
        "AWS_ENDPOINT_URL_SQS": asked["queues"],
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": f"{asked['gateway']}/{stack.api.stage}",
    }
    if LAKE in ports:
        endpoints |= {
            f"AWS_ENDPOINT_URL_{one}": urls[LAKE] for one in ("FIREHOSE", "SECRETS_MANAGER")
        }
    stack = msgspec.structs.replace(
        stack, functions=[_pointed_at(function, endpoints, own) for function in stack.functions]
    )
    names = {
        name: value for function in stack.functions for name, value in function.environment.items()
    }
    addresses = Addresses(
        page_url=urls["web"],
        websocket_url=f"ws://{HOST}:{ports['gateway']}/{stack.api.stage}",
        heart_rate_url=f"{management_url}/{stack.door.path}",
        token_url=f"{urls['web']}/token",
        management_url=management_url,
        kinesis_url=urls["streams"],
        dynamodb_url=urls["tables"],
        sqs_url=urls["queues"],
        redis_url=redis_url,
        heart_rate_stream=names["HEART_RATE_STREAM"],
        averages_stream=names["AVERAGES_STREAM"],
        requests_stream=names["REQUESTS_STREAM"],
        songs_table=names["SONGS_TABLE"],
        song_ends_table=names["SONG_ENDS_TABLE"],
        dead_letters_queue_url=names["DEAD_LETTERS_QUEUE_URL"],
        lake_url=urls.get(LAKE, ""),
    )
    return Cloud(addresses, stack, logs, endpoints, keeper)


def _pointed_at(function: Function, endpoints: dict[str, str], own: Mapping[str, str]) -> Function:
    """The function with the addresses of this machine; what it asks for besides comes from `own`
    if it is there. Redis is entered without a login."""
    environment = {
        name: own.get(name, value)
        for name, value in function.environment.items()
        if name not in REDIS_LOGIN
    }
    return msgspec.structs.replace(function, environment=environment | endpoints)


def _start_stores(
    cloud: Cloud,
    ports: dict[str, int],
    directory: Path,
    data: Path | None,
    progress: Callable[[str], None],
) -> None:
    progress("Starting Redis, DynamoDB and SQS")
    if (given := valkey.given_url()) is not None:
        valkey.check(given)
    else:
        cloud.start("redis", valkey.command(ports["redis"]), address=(HOST, ports["redis"]))
    kept = data or directory
    configuration = tables.Config(HOST, ports["tables"], str(kept / keep.TABLES), data is not None)
    _start_server(cloud, "tables", configuration, directory)
    _start_server(cloud, "queues", queues.Config(HOST, ports["queues"]), directory)
    if cloud.stack.lake:
        _start_server(cloud, LAKE, _lake(cloud.stack.lake, ports[LAKE], kept), directory)
    for part in cloud.parts:
        part.wait_until_ready()
    keep.create_tables(cloud.client("dynamodb"), cloud.stack.tables, cloud.stack.time_to_live, kept)
    for queue in cloud.stack.queues:
        cloud.client("sqs").create_queue(**queue)


def _lake(lake: Lake, port: int, kept: Path) -> lakes.Config:
    folder, key_file = str(kept / keep.LAKE), str(kept / keep.LAKE_KEY)
    return lakes.Config(
        HOST, port, folder, lake.deliveries, lake.secret, key_file, buffer_seconds=LAKE_SECONDS
    )


def _start_servers(
    cloud: Cloud,
    ports: dict[str, int],
    directory: Path,
    users: list[str],
    limits: bool,
    progress: Callable[[str], None],
) -> None:
    progress("Starting the streams, the functions, the WebSocket API and the page")
    stack, addresses = cloud.stack, cloud.addresses
    on_streams = {mapping.function for mapping in stack.mappings}
    logs = str(cloud.logs)
    configurations: dict[str, Served] = {
        "streams": streams.Config(
            host=HOST,
            port=ports["streams"],
            endpoints={"AWS_ENDPOINT_URL_SQS": addresses.sqs_url},
            streams=stack.streams,
            functions=[one for one in stack.functions if one.name in on_streams],
            mappings=stack.mappings,
            log_directory=logs,
            limits=limits,
            workers=STREAM_WORKERS,
        ),
        "gateway": gateway.Config(
            host=HOST,
            port=ports["gateway"],
            api=stack.api,
            functions=[one for one in stack.functions if one.name not in on_streams],
            endpoints={KINESIS: cloud.endpoints[KINESIS]},
            log_directory=logs,
            workers=WORKERS,
            page_port=ports["web"],
            door=stack.door,
        ),
        "web": web.Config(
            host=HOST,
            port=ports["web"],
            page=str(PAGE),
            websocket_url=addresses.websocket_url,
            users=users,
            audience=AUDIENCE,
        ),
    }
    started = [
        _start_server(cloud, name, configuration, directory)
        for name, configuration in configurations.items()
    ]
    for part in started:
        part.wait_until_ready()


def _start_server(cloud: Cloud, name: str, configuration: Served, directory: Path) -> Part:
    path = directory / f"{name}.json"
    path.write_bytes(msgspec.json.encode(configuration))
    return cloud.start(
        name,
        [sys.executable, "-m", type(configuration).__module__, str(path)],
        address=(configuration.host, configuration.port),
    )
