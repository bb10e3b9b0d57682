"""A deployment gives the WebSocket API its models."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas import models
from lambdas.adapters import clients
from tests.adapters.conftest import Context
from tests.adapters.deployment import Deployment, deployment

API = "api-1"
SCHEMA, OTHER = '{"type":"object"}', '{"type":"object","minProperties":2}'
MODEL = {"ApiId": API, "Name": "skip", "Schema": SCHEMA}


@pytest.fixture
def stack() -> Iterator[Deployment]:
    with deployment(API) as one:
        yield one


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


def ask(stack: Deployment, kind: str, properties: dict[str, str] = MODEL, **more: Any) -> str:
    """What CloudFormation takes for the id of the model after it asked."""
    models.handler(stack.asks(kind, properties, **more), Context)
    answer = stack.answers[-1]
    assert (answer["Status"], answer["Reason"]) == ("SUCCESS", "OK")
    return str(answer["PhysicalResourceId"])


def test_a_model_has_the_schema_of_the_template(stack: Deployment) -> None:
    model_id = ask(stack, "Create")
    wanted = {"name": "skip", "schema": SCHEMA, "contentType": "application/json"}
    assert stack.models == {model_id: wanted}


def test_another_schema_changes_the_model_in_its_place(stack: Deployment) -> None:
    model_id = ask(stack, "Create")
    after = ask(stack, "Update", MODEL | {"Schema": OTHER}, PhysicalResourceId=model_id)
    assert after == model_id, "another id would make CloudFormation delete the model"
    assert stack.models[model_id]["schema"] == OTHER


def test_a_deleted_model_is_gone(stack: Deployment) -> None:
    model_id = ask(stack, "Create")
    assert ask(stack, "Delete", PhysicalResourceId=model_id) == model_id
    assert stack.models == {}


def test_what_is_gone_already_can_be_deleted(stack: Deployment) -> None:
    ask(stack, "Delete", PhysicalResourceId="gone")
    ask(stack, "Delete", MODEL | {"ApiId": "gone"}, PhysicalResourceId="gone")


def test_a_model_that_somebody_deleted_is_created_again(stack: Deployment) -> None:
    after = ask(stack, "Update", MODEL | {"Schema": OTHER}, PhysicalResourceId="gone")
    assert stack.models[after]["schema"] == OTHER
    assert stack.models.keys() == {after}


def test_an_answer_says_whom_it_is_about_and_keeps_to_the_signed_address(stack: Deployment) -> None:
    ask(stack, "Create")
    (answer,), (content_type,) = stack.answers, stack.content_types
    assert answer["LogicalResourceId"] == "skipmodel"
    assert answer["RequestId"] == "request-1"
    assert answer["StackId"].startswith("arn:aws:cloudformation:")
    assert content_type == ""


def test_a_refusal_is_told_in_the_gateways_words_and_the_model_keeps_its_id(
    stack: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_id = ask(stack, "Create")
    refuse(monkeypatch, "update_model", "BadRequestException", "Invalid model schema " * 500)
    event = stack.asks("Update", MODEL, PhysicalResourceId=model_id)
    models.handler(event, Context)
    answer = stack.answers[-1]
    assert answer["Status"] == "FAILED"
    assert "BadRequestException" in answer["Reason"]
    assert len(str(answer)) < 4096
    assert answer["PhysicalResourceId"] == model_id


def test_what_could_not_be_created_is_nothing_to_delete(
    stack: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "create_model", "BadRequestException", "Invalid model schema specified")
    models.handler(stack.asks("Create", MODEL), Context)
    failed = stack.answers[-1]
    assert failed["Status"] == "FAILED"
    assert "Invalid model schema specified" in failed["Reason"]
    refuse(monkeypatch, "delete_model", "AccessDeniedException", "an id that was made up")
    ask(stack, "Delete", PhysicalResourceId=failed["PhysicalResourceId"])


def test_properties_that_are_missing_are_a_failure_and_not_silence(stack: Deployment) -> None:
    models.handler(stack.asks("Create", {"ApiId": API}), Context)
    assert stack.answers[-1]["Status"] == "FAILED"
    assert "Name" in stack.answers[-1]["Reason"]


def test_a_change_waits_for_another_one(
    stack: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
) -> None:
    refuse(monkeypatch, "create_model", "ConflictException", "concurrent modification", times=3)
    assert stack.models.keys() == {ask(stack, "Create")}
    assert pauses == [1, 2, 4]


def test_a_change_that_waits_too_long_is_a_failure(
    stack: Deployment, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    refuse(monkeypatch, "create_model", "ConflictException", "concurrent modification")
    models.handler(stack.asks("Create", MODEL), Context)
    assert "concurrent modification" in stack.answers[-1]["Reason"]
    assert sum(pauses) < 60, "the function itself has two minutes"


def refuse(
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    code: str,
    message: str,
    times: float = float("inf"),
) -> None:
    """The gateway refuses an operation, always or as often as `times` says."""
    gateway = clients.gateway()
    carry_out = getattr(gateway, operation)
    refused = 0

    def refusing(**arguments: Any) -> Any:
        nonlocal refused
        if refused >= times:
            return carry_out(**arguments)
        refused += 1
        raise ClientError({"Error": {"Code": code, "Message": message}}, operation)

    monkeypatch.setattr(gateway, operation, refusing)
