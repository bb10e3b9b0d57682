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

    Identity comes from the authorizer alone. What is spliced in is the body as the route's model
    read it and accepted it, not as it was sent: of a key that comes twice, both know the last. The
    connection goes with it, as `events.stream.Sent`.
    """
    return (
        "#set($quote = '\"')"
        f'{{"StreamName":"{stream_name}",'
        '"PartitionKey":"$context.authorizer.principalId",'
        '"Data":"$util.base64Encode('
        '"[$quote$context.connectionId$quote,$input.json(\'$\')]")"}'
    )


def unknown_action() -> str:
    """The answer to a message that no route took."""
    return encode(UNKNOWN_ACTION).decode()
