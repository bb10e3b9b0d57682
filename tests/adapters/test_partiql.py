"""PartiQL, by which song ends are written in batches, on moto as in every test of an adapter."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.adapters import clients

INSERT = """INSERT INTO "song-ends" VALUE {'user_id': ?, 'version': ?}"""
UPDATE = (
    """UPDATE "song-ends" SET "session" = ? SET version = ? WHERE user_id = ? AND version = ?"""
)


def run(*statements: tuple[str, list[Any]], **options: Any) -> list[dict[str, Any]]:
    """What each statement with its parameters answers."""
    batch: Any = [
        {"Statement": text, "Parameters": parameters, **options} for text, parameters in statements
    ]
    answer: Any = clients.dynamodb().batch_execute_statement(Statements=batch)
    return list(answer["Responses"])


def item(user: str) -> Any:
    return clients.dynamodb().get_item(TableName="song-ends", Key={"user_id": text(user)})["Item"]


def text(value: str) -> Any:
    return {"S": value}


def number(value: int) -> Any:
    return {"N": str(value)}


def test_an_insert_puts_an_item_and_a_second_one_is_a_duplicate() -> None:
    assert run((INSERT, [text("ada"), number(1)])) == [{"TableName": "song-ends"}]
    (answer,) = run((INSERT, [text("ada"), number(2)]))
    assert answer["Error"] == {
        "Code": "DuplicateItem",
        "Message": "Duplicate primary key exists in table",
    }
    assert item("ada") == {"user_id": text("ada"), "version": number(1)}


def test_an_update_sets_and_removes_on_its_condition() -> None:
    run((INSERT, [text("ada"), number(1)]))
    run((UPDATE, [number(7), number(2), text("ada"), number(1)]))
    assert item("ada") == {"user_id": text("ada"), "version": number(2), "session": number(7)}
    removing = """UPDATE "song-ends" SET version = ? REMOVE "session" WHERE user_id = ?"""
    run((removing, [number(3), text("ada")]))
    assert item("ada") == {"user_id": text("ada"), "version": number(3)}


def test_each_statement_answers_for_itself() -> None:
    run((INSERT, [text("ada"), number(1)]))
    answers = run(
        (UPDATE, [number(7), number(2), text("ada"), number(9)]),
        (UPDATE, [number(7), number(2), text("nobody"), number(1)]),
        (INSERT, [text("bob"), number(1)]),
        ('DELETE FROM "song-ends" WHERE user_id = ?', [text("ada")]),
        (INSERT.replace("song-ends", "no-table"), [text("eve"), number(1)]),
        ('UPDATE "song-ends" SET version = ? WHERE version = ?', [number(1), number(1)]),
    )
    codes = [answer.get("Error", {}).get("Code") for answer in answers]
    assert codes == [
        "ConditionalCheckFailed",
        "ConditionalCheckFailed",
        None,
        "ValidationError",
        "ResourceNotFound",
        "ValidationError",
    ]
    assert item("ada")["version"] == number(1)
    assert item("bob")["version"] == number(1)


def test_a_condition_that_fails_tells_the_item_when_asked() -> None:
    run((INSERT, [text("ada"), number(1)]))
    statement = (UPDATE, [number(7), number(2), text("ada"), number(9)])
    (answer,) = run(statement, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert answer["Error"]["Item"] == {"user_id": text("ada"), "version": number(1)}
    (answer,) = run(statement)
    assert "Item" not in answer["Error"]


@pytest.mark.parametrize("users", [[f"user-{index}" for index in range(26)], ["ada", "ada"]])
def test_a_batch_is_of_at_most_25_statements_of_different_items(users: list[str]) -> None:
    with pytest.raises(ClientError) as refused:
        run(*((INSERT, [text(user), number(1)]) for user in users))
    assert refused.value.response["Error"]["Code"] == "ValidationException"
