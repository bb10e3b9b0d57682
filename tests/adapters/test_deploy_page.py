"""What `tempofit deploy-page` leaves in a bucket, with S3 by moto."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from tempofit import deploy_page as command
from tempofit.__main__ import app
from tempofit.addresses import CloudError
from tempofit.operations import deploy_page as page

BUCKET = "page"
CONFIG = '{"websocket_url": "wss://api.test/dev", "users": []}'


@pytest.fixture
def s3() -> Iterator[Any]:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    yield client
    client.close()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "icon-192.png").write_bytes(b"")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "sw.js").write_text("0")
    (tmp_path / "assets" / "index-1.js").write_text("1")
    (tmp_path / "assets" / "index-1.css").write_text("a {}")
    (tmp_path / "assets" / "silence-1.wav").write_bytes(b"")
    return tmp_path


def kept(s3: Any) -> set[str]:
    return {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def test_the_page_is_there_with_the_settings_of_its_stage(s3: Any, built: Path) -> None:
    assert page.publish(s3, BUCKET, built, CONFIG) == 9
    names = {"index.html", "icon.svg", "config.json", "assets/index-1.js", "assets/index-1.css"}
    names |= {"icon-192.png", "manifest.webmanifest", "sw.js", "assets/silence-1.wav"}
    assert kept(s3) == names
    body = s3.get_object(Bucket=BUCKET, Key="config.json")["Body"].read()
    assert json.loads(body) == json.loads(CONFIG)


@pytest.mark.parametrize(
    ("key", "kind", "cached"),
    [
        ("index.html", "text/html; charset=utf-8", "no-cache"),
        ("config.json", "application/json", "no-cache"),
        ("icon.svg", "image/svg+xml", "no-cache"),
        ("icon-192.png", "image/png", "no-cache"),
        ("manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("assets/silence-1.wav", "audio/wav", page.FOR_EVER),
        ("assets/index-1.js", "text/javascript; charset=utf-8", page.FOR_EVER),
        ("assets/index-1.css", "text/css; charset=utf-8", page.FOR_EVER),
    ],
)
def test_only_what_is_named_after_its_content_is_cached(
    s3: Any, built: Path, key: str, kind: str, cached: str
) -> None:
    page.publish(s3, BUCKET, built, CONFIG)
    head = s3.head_object(Bucket=BUCKET, Key=key)
    assert (head["ContentType"], head["CacheControl"]) == (kind, cached)


def test_the_page_comes_after_all_that_it_asks_for(built: Path) -> None:
    written: list[str] = []
    recorder = SimpleNamespace(put_object=lambda **call: written.append(call["Key"]))
    page.publish(recorder, BUCKET, built, CONFIG)
    assert written[-2:] == ["config.json", "index.html"]


def test_a_new_build_leaves_the_files_of_the_last_one_to_open_pages(s3: Any, built: Path) -> None:
    page.publish(s3, BUCKET, built, CONFIG)
    (built / "assets" / "index-1.js").rename(built / "assets" / "index-2.js")
    page.publish(s3, BUCKET, built, CONFIG)
    assert {"assets/index-1.js", "assets/index-2.js"} <= kept(s3)


def test_settings_left_in_the_build_do_not_win(s3: Any, built: Path) -> None:
    (built / "config.json").write_text('{"websocket_url": "ws://127.0.0.1"}')
    page.publish(s3, BUCKET, built, CONFIG)
    assert s3.get_object(Bucket=BUCKET, Key="config.json")["Body"].read() == CONFIG.encode()


def test_an_emptied_bucket_can_be_destroyed(s3: Any, built: Path) -> None:
    page.publish(s3, BUCKET, built, CONFIG)
    assert page.empty(s3, BUCKET) == 9
    assert page.empty(s3, BUCKET) == 0
    s3.delete_bucket(Bucket=BUCKET)


def test_a_page_that_is_not_built_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="build the page with `make setup`"):
        page.publish(None, BUCKET, tmp_path, CONFIG)


def test_a_file_of_an_unknown_kind_stops_it_before_anything_is_written(built: Path) -> None:
    (built / ".DS_Store").touch()
    with pytest.raises(CloudError, match=r"'\.DS_Store' in .* is of no kind"):
        page.publish(None, BUCKET, built, CONFIG)


def test_the_command_finds_the_bucket_by_the_stage(
    s3: Any, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def find_outputs(stage: str) -> SimpleNamespace:
        asked.append(stage)
        url = "https://d1.cloudfront.test/"
        return SimpleNamespace(page_bucket=BUCKET, page_config=CONFIG, page_url=url)

    def find_stack(stage: str) -> dict[str, Any]:
        asked.append(stage)
        return {"Outputs": [{"OutputKey": "PageBucket", "OutputValue": BUCKET}]}

    monkeypatch.setattr(command, "find_outputs", find_outputs)
    monkeypatch.setattr(command, "find_stack", find_stack)
    arguments = ["deploy-page", "--stage", "dev", "--folder", str(built)]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.output) == (0, "9 files are at https://d1.cloudfront.test/\n")
    done = CliRunner().invoke(app, [*arguments, "--remove"])
    assert (done.exit_code, done.output) == (0, "9 files removed.\n")
    assert asked == ["dev", "dev"]


@pytest.mark.parametrize(("stage", "left"), [("dev", 0), ("prod", 1)])
def test_a_lake_is_emptied_with_the_page_but_not_that_of_prod(
    stage: str, left: int, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="plays/day=2026-11-30/a.parquet", Body=b"")
    outputs = [
        {"OutputKey": "PageBucket", "OutputValue": BUCKET},
        {"OutputKey": "LakeBucket", "OutputValue": "lake"},
    ]
    monkeypatch.setattr(command, "find_stack", lambda stage: {"Outputs": outputs})
    done = CliRunner().invoke(app, ["deploy-page", "--stage", stage, "--remove"])
    assert (done.exit_code, done.output) == (0, f"{1 - left} files removed.\n")
    assert s3.list_objects_v2(Bucket="lake")["KeyCount"] == left


def test_a_stage_without_a_page_needs_nothing(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = SimpleNamespace(page_bucket=None, page_config=CONFIG, page_url=None)
    monkeypatch.setattr(command, "find_outputs", lambda stage: outputs)
    monkeypatch.setattr(command, "find_stack", lambda stage: {"StackStatus": "ROLLBACK_COMPLETE"})
    arguments = ["deploy-page", "--stage", "dev", "--folder", str(built)]
    for more in ([], ["--remove"]):
        done = CliRunner().invoke(app, [*arguments, *more])
        assert (done.exit_code, done.output) == (
            0,
            "The stage 'dev' has no page: nothing to do.\n",
        )


def test_a_bucket_that_is_gone_is_a_sentence(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = SimpleNamespace(page_bucket="gone", page_config=CONFIG, page_url="")
    monkeypatch.setattr(command, "find_outputs", lambda stage: outputs)
    done = CliRunner().invoke(app, ["deploy-page", "--stage", "dev", "--folder", str(built)])
    assert done.exit_code == 1
    assert "The bucket 'gone' cannot be written: NoSuchBucket" in done.output
    assert "Traceback" not in done.output
