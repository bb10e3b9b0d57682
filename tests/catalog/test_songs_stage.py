"""`tempofit songs --stage`: into the table of a deployed stage, which moto plays here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, NoCredentialsError
from msgspec.structs import fields
from typer.testing import CliRunner, Result

from catalog.library import ATTEMPTS
from catalog.store import StoreError, store_songs
from events.session import Song
from infra.stack import stack_name
from local.template.synth import synthesize
from tempofit import songs
from tempofit.addresses import CloudError
from tempofit.operations import stage
from tests.aws import account

SONGS = "title,artist,duration_s,tempo\nOne,Ann,200,120\nTwo,Ann,210,130\n"


Stacks = dict[str, dict[str, str]]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stacks]:
    """An account: the outputs of its stacks by name, and an empty songs table."""
    stacks: Stacks = {}
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def answer(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "DescribeStacks":
            return call(client, operation, arguments)
        name = arguments["StackName"]
        if name not in stacks:
            raise refusal("ValidationError", f"Stack with id {name} does not exist")
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in stacks[name].items()]
        status = "UPDATE_COMPLETE" if outputs else "ROLLBACK_COMPLETE"
        return {"Stacks": [{"StackName": name, "StackStatus": status, "Outputs": outputs}]}

    with account():
        boto3.client("dynamodb").create_table(
            TableName="TempoFit-prod-songs",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "library", "AttributeType": "S"},
                {"AttributeName": "song_id", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "library", "KeyType": "HASH"},
                {"AttributeName": "song_id", "KeyType": "RANGE"},
            ],
        )
        monkeypatch.setattr(BaseClient, "_make_api_call", answer)
        yield stacks


@pytest.fixture
def deployed(aws: Stacks) -> str:
    """The prod stage; the name of its songs table."""
    names = dict.fromkeys((field.encode_name for field in fields(stage.Outputs)), "x")
    aws["TempoFit-prod"] = names | {"SongsTable": "TempoFit-prod-songs"}
    return "TempoFit-prod-songs"


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Anything")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(SONGS)
    return path


def run(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(songs.app, ["import", str(file), *arguments])


def stored(table: str) -> list[str]:
    return sorted(
        item["title"]["S"] for item in boto3.client("dynamodb").scan(TableName=table)["Items"]
    )


def test_songs_reach_the_table_of_the_stage(deployed: str, file: Path) -> None:
    result = run(file, "--stage", "prod")
    assert result.exit_code == 0, result.output
    assert "2 songs imported into library 'mine'" in result.stdout
    assert stored(deployed) == ["One", "Two"]


def test_a_stage_that_is_not_deployed_is_named(aws: Stacks, file: Path) -> None:
    result = run(file, "--stage", "prod")
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no stack 'TempoFit-prod' in us-east-1: deploy")


def test_a_stack_of_another_version_is_named(aws: Stacks, file: Path) -> None:
    aws["TempoFit-prod"] = {"SongsTable": "TempoFit-prod-songs"}
    result = run(file, "--stage", "prod")
    assert result.exit_code == 1
    assert "was deployed by another version of TempoFit" in result.stderr
    assert "SongEndsTable" in result.stderr


def test_a_stack_that_failed_when_it_was_created_is_named(aws: Stacks, file: Path) -> None:
    aws["TempoFit-prod"] = {}
    result = run(file, "--stage", "prod")
    assert result.exit_code == 1
    assert result.stderr.startswith("The stack 'TempoFit-prod' is not deployed: it is ROLLBACK_")
    assert "make deploy STAGE=prod" in result.stderr


def test_the_region_is_the_one_that_the_cdk_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    client = stage.stage_client("sqs")
    assert client.meta.region_name == "eu-west-1"
    client.close()


def test_a_stage_and_an_address_exclude_each_other(deployed: str, file: Path) -> None:
    result = run(file, "--stage", "prod", "--table", "other")
    assert result.exit_code == 1
    assert result.stderr.startswith("--stage finds the table by itself")
    assert stored(deployed) == []


def test_without_credentials_a_sentence_says_how_to_log_in(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    result = run(file, "--stage", "prod")
    assert result.exit_code == 1
    assert result.stderr.startswith("There are no credentials of AWS here")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredToken", "The credentials have expired or are not known any more: log in again."),
        ("AccessDenied", "No such right. Ask for that permission, or use other credentials."),
        ("InternalError", "InternalError: No such right."),
    ],
)
def test_what_aws_refuses_is_a_sentence(code: str, sentence: str) -> None:
    with pytest.raises(CloudError) as raised, stage.aws_errors("It failed"):
        raise refusal(code, "No such right.")
    assert str(raised.value).lower() == f"it failed: {sentence}".lower()


def test_credentials_that_are_missing_later_are_told_as_well() -> None:
    with pytest.raises(CloudError, match="no credentials"), stage.aws_errors("It failed"):
        raise NoCredentialsError


def test_the_stack_tells_all_that_the_commands_look_for() -> None:
    assert stage.stack_name("prod") == stack_name("prod")
    lake = synthesize("prod", {"lake": "on"})
    assert {field.encode_name for field in fields(stage.Outputs)} <= set(lake["Outputs"])
    needed = {field.encode_name for field in fields(stage.Outputs) if field.required}
    assert needed <= set(synthesize("prod")["Outputs"])


class Throttled:
    """A table that throttles whole calls, so many times, and then takes one song a call."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.written: list[str] = []

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        if self.times:
            self.times -= 1
            raise refusal("ThrottlingException", "Slow down")
        ((table, requests),) = RequestItems.items()
        self.written.append(requests[0]["PutRequest"]["Item"]["song_id"]["S"])
        return {"UnprocessedItems": {table: requests[1:]} if requests[1:] else {}}


def twenty() -> list[Song]:
    return [Song(f"s-{number}", "One", "Ann", 120.0, 200.0) for number in range(20)]


def test_a_table_that_throttles_gets_every_song_in_the_end() -> None:
    table: Any = Throttled(ATTEMPTS - 1)
    assert store_songs(table, "songs", "mine", twenty(), backoff_seconds=1e-6) == 20
    assert table.written == [song.id for song in twenty()]


def test_a_table_that_throttles_for_good_is_named() -> None:
    table: Any = Throttled(10 * ATTEMPTS)
    with pytest.raises(StoreError, match="'songs' left 20 songs unwritten after 10 attempts"):
        store_songs(table, "songs", "mine", twenty(), backoff_seconds=1e-6)


def test_other_errors_are_not_tried_again() -> None:
    class Missing:
        calls = 0

        def batch_write_item(self, **_: Any) -> dict[str, Any]:
            self.calls += 1
            raise refusal("ResourceNotFoundException", "There is no such table")

    missing: Any = Missing()
    with pytest.raises(ClientError):
        store_songs(missing, "songs", "mine", twenty())
    assert missing.calls == 1
