"""PartiQL's statements as PutItem and UpdateItem."""

import pytest

from local.tables import partiql
from local.tables.refused import RefusedError

UPDATE = "UPDATE songs SET title = ? REMOVE genre SET tempo = ? WHERE song_id = ? AND library = ?"


def test_an_insert_is_a_put_of_what_is_not_there() -> None:
    statement = partiql.parse("""insert into "a table" value { 'library' : ?, 'title': ? }""")
    assert partiql.translate(statement, [{"S": "demo"}, {"S": "Run"}], ["library"]) == (
        "PutItem",
        {
            "TableName": "a table",
            "Item": {"library": {"S": "demo"}, "title": {"S": "Run"}},
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": {"#key": "library"},
        },
    )


def test_an_update_is_one_of_what_is_there_with_its_key_from_where() -> None:
    parameters = [{"S": "Run"}, {"N": "120"}, {"S": "song-1"}, {"S": "demo"}]
    statement = partiql.parse(UPDATE + ' AND "version" = ?')
    operation, request = partiql.translate(
        statement, [*parameters, {"N": "3"}], ["library", "song_id"]
    )
    assert operation == "UpdateItem"
    assert request == {
        "TableName": "songs",
        "Key": {"library": {"S": "demo"}, "song_id": {"S": "song-1"}},
        "UpdateExpression": "SET #n1 = :v0, #n2 = :v1 REMOVE #n3",
        "ConditionExpression": "attribute_exists(#key) AND #n4 = :v2",
        "ExpressionAttributeNames": {
            "#key": "library",
            "#n1": "title",
            "#n2": "tempo",
            "#n3": "genre",
            "#n4": "version",
        },
        "ExpressionAttributeValues": {":v0": {"S": "Run"}, ":v1": {"N": "120"}, ":v2": {"N": "3"}},
    }


@pytest.mark.parametrize("parameters", [[], [{"S": "Run"}] * 3, [{"S": "Run"}] * 5])
def test_parameters_are_as_many_as_question_marks(parameters: list[dict[str, str]]) -> None:
    with pytest.raises(RefusedError, match=r"Number of parameters"):
        partiql.translate(partiql.parse(UPDATE), parameters, ["library", "song_id"])


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "SELECT * FROM songs WHERE library = ?",
        "DELETE FROM songs WHERE library = ?",
        "INSERT INTO songs VALUE {}",
        "INSERT INTO songs VALUE {'library': 'demo'}",
        "INSERT INTO songs VALUE {'library': ?,}",
        'INSERT INTO songs VALUE {"library": ?}',
        "INSERT INTO songs VALUE {'library': ?} RETURNING ALL OLD *",
        "INSERT INTO songs VALUE {'library': ?, 'library': ?}",
        "UPDATE songs SET title = ?",
        "UPDATE songs WHERE library = ?",
        "UPDATE songs SET title = ?, tempo = ? WHERE library = ?",
        "UPDATE songs SET title = ? WHERE library = ? OR library = ?",
        "UPDATE songs SET title = ? WHERE library = ? AND library = ?",
        "UPDATE songs SET title = ? SET title = ? WHERE library = ?",
        "UPDATE songs SET title = tempo WHERE library = ?",
        "UPDATE songs SET title = ? WHERE version > ?",
        "UPDATE song-ends SET title = ? WHERE version = ?",
    ],
)
def test_every_other_form_is_refused(statement: str) -> None:
    with pytest.raises(RefusedError) as refused:
        partiql.parse(statement)
    assert refused.value.code == "ValidationException"
