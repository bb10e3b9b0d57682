"""Request and response templates of the APIs, in Velocity, as API Gateway runs them."""

from events.messages import Error, encode

UNKNOWN_ACTION = Error(
    code="unknown_action",
    message="This message names no known action. "
    'Send JSON with "action": heartrate, start, change, skip, end, rate, '
    "workout, floor, own_songs or history.",
)

MOCK_REQUEST = '{"statusCode":200}'


def put_message(stream_name: str) -> str:
    """The Kinesis PutRecord call for one message, with its connection as `events.stream.Sent`."""
    sent = """"[$quote$context.connectionId$quote,$input.json('$')]\""""
    return "#set($quote = '\"')" + _put_record(stream_name, sent)


def put_post(stream_name: str) -> str:
    """The Kinesis PutRecord call for one post, which comes over no connection."""
    return _put_record(stream_name, "$input.json('$')")


def _put_record(stream_name: str, data: str) -> str:
    """Identity comes from the authorizer alone.

    What is spliced in is the body as the model read it and accepted it, not as it was sent: of a
    key that comes twice, both know the last.
    """
    return (
        f'{{"StreamName":"{stream_name}",'
        '"PartitionKey":"$context.authorizer.principalId",'
        f'"Data":"$util.base64Encode({data})"}}'
    )


def unknown_action() -> str:
    """The answer to a message that no route took."""
    return encode(UNKNOWN_ACTION).decode()
