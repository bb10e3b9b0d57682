"""What failed: something outside, which may pass, or the record itself, which will not."""

from botocore.exceptions import BotoCoreError, ClientError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from lambdas.adapters.batch_writes import THROTTLED, BusyError


def may_pass(error: Exception) -> bool:
    """Whether the same record may succeed when it is tried again."""
    if isinstance(error, ClientError):
        answer = error.response
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        return status >= 500 or answer.get("Error", {}).get("Code") in THROTTLED
    if isinstance(error, ResponseError):  # of one key, but for these two, which are the server's
        return isinstance(error, ReadOnlyError | OutOfMemoryError)
    return isinstance(error, BotoCoreError | BusyError | RedisError | OSError)
