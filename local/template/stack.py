"""What the synthesized template says, as the local cloud needs it: plain data, no behaviour."""

from typing import Any, Literal

from msgspec import Struct


class Stream(Struct, frozen=True):
    """A Kinesis stream."""

    name: str
    shards: int
    retention_hours: int = 24


class Function(Struct, frozen=True):
    """A Lambda function; `handler` is a dotted path such as `lambdas.average.handler`."""

    name: str
    handler: str
    environment: dict[str, str]
    timeout_seconds: float
    memory_mb: int


class Mapping(Struct, frozen=True):
    """An event source mapping from a stream to a function, in CloudFormation's terms.

    -1 means "until the record expires", as in AWS.
    """

    stream: str
    function: str
    batch_size: int = 100
    batching_window_seconds: float = 0
    parallelization_factor: int = 1
    starting_position: Literal["LATEST", "TRIM_HORIZON"] = "LATEST"
    bisect_on_error: bool = False
    maximum_retry_attempts: int = -1
    maximum_record_age_seconds: int = -1
    report_batch_item_failures: bool = False
    on_failure_queue_url: str | None = None


class KinesisIntegration(Struct, frozen=True, tag="kinesis"):
    """A direct AWS integration: the request template renders the body of Kinesis `action`."""

    action: str
    content_type: str
    request_templates: dict[str, str]
    template_selection_expression: str | None
    response_templates: dict[str, str]


class LambdaIntegration(Struct, frozen=True, tag="lambda"):
    """A proxy integration: the function gets the message as AWS sends it."""

    function: str


class MockIntegration(Struct, frozen=True, tag="mock"):
    """No backend: the request template gives a status code, the response template the answer."""

    request_templates: dict[str, str]
    template_selection_expression: str | None
    response_templates: dict[str, str]


class Route(Struct, frozen=True):
    """A route of the WebSocket API."""

    key: str
    integration: KinesisIntegration | LambdaIntegration | MockIntegration
    models: dict[str, dict[str, Any]] = {}
    """JSON Schema by the value of the model selection expression."""
    model_selection_expression: str | None = None
    responds: bool = False
    """Whether a route response is defined, so that the integration's answer reaches the client."""


class Authorizer(Struct, frozen=True):
    """The REQUEST authorizer of `$connect`."""

    function: str
    identity_sources: list[str]


class Api(Struct, frozen=True):
    """The WebSocket API."""

    api_id: str
    stage: str
    route_selection_expression: str
    authorizer: Authorizer
    routes: list[Route]


class Answer(Struct, frozen=True):
    """What the gateway itself answers over HTTP; a status of None is API Gateway's own."""

    status: int | None
    headers: dict[str, str]
    body: str


class TokenAuthorizer(Struct, frozen=True):
    """The TOKEN authorizer of a REST API: `function` is asked about a header that fits `form`."""

    function: str
    header: str
    form: str
    believed_seconds: float


class Door(Struct, frozen=True):
    """The REST API: one path, where a POST becomes a Kinesis record."""

    api_id: str
    stage: str
    path: str
    authorizer: TokenAuthorizer
    schema: dict[str, Any]
    """Which bodies are taken."""
    integration: KinesisIntegration
    taken: Answer
    """When Kinesis took the record."""
    refused: Answer
    """When it did not."""
    preflight: Answer
    refusals: dict[str, Answer]
    """By type, what the gateway answers where it refuses by itself."""
    rate: float
    burst: int
    """Requests a second, and at once."""


class Delivery(Struct, frozen=True):
    """A delivery stream into files of a table, whose columns have a type each."""

    name: str
    prefix: str
    error_prefix: str
    columns: dict[str, str]
    buffer_seconds: float
    buffer_bytes: int


class Lake(Struct, frozen=True):
    """What fills the lake, and the secret that holds the key of people's ids."""

    deliveries: list[Delivery]
    secret: str


class Stack(Struct, frozen=True):
    """Everything that the local cloud runs. Tables and queues are boto3 `create_*` arguments."""

    streams: list[Stream]
    functions: list[Function]
    mappings: list[Mapping]
    tables: list[dict[str, Any]]
    time_to_live: dict[str, str]
    """TTL attribute by table name."""
    queues: list[dict[str, Any]]
    api: Api
    door: Door
    lake: Lake | None = None
