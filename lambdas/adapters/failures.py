"""What failed: something outside, which may pass, or the record itself, which will not."""

from botocore.exceptions import BotoCoreError, ClientError
from redis.exceptions import RedisError

from lambdas.adapters.batch_writes import THROTTLED
from lambdas.adapters.song_ends import ConflictError


def may_pass(error: Exception) -> bool:
    """Whether the same record may succeed when it is tried again."""
    if isinstance(error, ClientError):
        answer = error.response
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        return status >= 500 or answer.get("Error", {}).get("Code") in THROTTLED
    return isinstance(error, BotoCoreError | RedisError | ConflictError | OSError)
