"""What the running local cloud refuses as AWS does."""

import msgspec

from local import streams
from local.launcher import Cloud


def test_the_shards_of_the_cloud_take_no_more_than_those_of_aws(cloud: Cloud) -> None:
    written = (cloud.logs.parent / "streams.json").read_bytes()
    assert msgspec.json.decode(written, type=streams.Config).limits
