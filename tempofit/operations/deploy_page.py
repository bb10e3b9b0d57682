"""The built page, and its settings, where a stage serves them.

CloudFormation cannot write into a bucket without a function of its own to run at every deployment,
and the page changes more often than the stack. So this is done after `cdk deploy`, with the
person's own credentials; nothing needs to be invalidated, as only files whose names change with
their content are cached.
"""

from pathlib import Path
from typing import Any

import msgspec

from tempofit.addresses import CloudError

INDEX, CONFIG = "index.html", "config.json"
HASHED = "assets/"
"""Files that the build names after their content."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
}
"""A browser runs and shows nothing that is named wrongly, so a machine's own table will not do."""


def publish(s3: Any, bucket: str, folder: Path, config: str) -> int:
    """Writes the page in `folder` and its settings into `bucket`; how many files there are.

    The page itself comes last, when all that it asks for is there. Files of earlier builds stay,
    for those who have them open. Raises CloudError for a folder without a page, a file of a kind
    that is not known, or settings that are no JSON.
    """
    files = _files(folder, config)
    for key, content in files.items():
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            ContentType=TYPES[Path(key).suffix],
            CacheControl=FOR_EVER if key.startswith(HASHED) else ASK_AGAIN,
        )
    return len(files)


def empty(s3: Any, bucket: str) -> int:
    """Deletes every file of `bucket`; how many there were."""
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": one["Key"]} for one in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        count += len(keys)
    return count


def _files(folder: Path, config: str) -> dict[str, bytes]:
    """What to write by its key, in order."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    if INDEX not in files:
        raise CloudError(f"There is no {INDEX} in {folder}: build the page with `make setup`.")
    unknown = [key for key in files if Path(key).suffix not in TYPES]
    if unknown:
        raise CloudError(
            f"{unknown[0]!r} in {folder} is of no kind that the page has. "
            "Remove it, or name its type in tempofit/operations/deploy_page.py."
        )
    try:
        msgspec.json.decode(config)
    except msgspec.DecodeError as error:
        raise CloudError(f"The stack's PageConfig is no JSON ({error}): deploy it again.") from None
    index = files.pop(INDEX)
    return files | {CONFIG: config.encode(), INDEX: index}
