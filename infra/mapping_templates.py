"""Request and response templates of the WebSocket API, in Velocity, as API Gateway runs them."""

from events.messages import Error, encode

UNKNOWN_ACTION = Error(
    code="unknown_action",
    message="This message names no known action. "
    'Send JSON with "action": heartrate, start, change, skip, rate, workout, '
    "floor or own_songs.",
)

MOCK_REQUEST = '{"statusCode":200}'


def put_record(stream_name: str) -> str:
    """The Kinesis PutRecord call for one message.

    Identity comes from the authorizer alone. The body is spliced in only in base 64, and only
    after the route's model has accepted it.
    """
    return (
        f'{{"StreamName":"{stream_name}",'
        '"PartitionKey":"$context.authorizer.principalId",'
        '"Data":"$util.base64Encode($input.body)"}'
    )


def unknown_action() -> str:
    """The answer to a message that no route took."""
    return encode(UNKNOWN_ACTION).decode()
