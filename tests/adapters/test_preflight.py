"""`tempofit preflight`: every check is made, whatever another one says, and the exit code tells."""

from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from local.template.synth import synthesize
from tempofit import preflight as command
from tempofit.__main__ import app
from tempofit.addresses import CloudError
from tempofit.operations.preflight import ground, report
from tempofit.operations.preflight.findings import Finding
from tempofit.operations.preflight.report import Report

HERE = ("123456789012", "us-east-1")


class Refusing:
    """A service that refuses whatever it is asked."""

    def __getattr__(self, operation: str) -> Any:
        def refuse(**_: Any) -> Any:
            message = f"You may not {operation}."
            error: Any = {"Error": {"Code": "AccessDeniedException", "Message": message}}
            raise ClientError(error, operation)

        return refuse


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "environment", lambda: HERE)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["preflight", *arguments])


def finds(monkeypatch: pytest.MonkeyPatch, **verdicts: Any) -> None:
    """Has the checks find these."""
    checks = {
        name: lambda subject, name=name, verdict=verdict: [
            Finding(name, verdict, f"So it is with {name}.", "Do this.", 1_200)
        ]
        for name, verdict in verdicts.items()
    }
    monkeypatch.setattr(report, "CHECKS", checks)
    monkeypatch.setattr(report, "read_stack", lambda cloudformation, name: None)
    monkeypatch.setattr(command, "stage_client", lambda service: None)


def test_a_check_that_is_not_permitted_says_so_and_stops_no_other() -> None:
    found = report.look("prod", HERE, synthesize("prod"), lambda service: Refusing())
    silent = [ground.RUNTIME]  # which asks nothing
    assert [one.name for one in found.findings] == list(report.CHECKS)
    for finding in found.findings:
        assert finding.verdict == "unknown"
        if finding.name not in silent:
            assert finding.means.startswith("It cannot be read: You may not ")
            assert "Ask for that permission" in finding.means
    assert not found.will_fail


def test_a_deployment_that_would_fail_ends_the_command_with_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finds(monkeypatch, one="fine", two="fails", three="throttles", four="unknown")
    result = run("--stage", "dev")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "Stage dev in account 123456789012, us-east-1:",
        "",
        "fine          one. So it is with one.",
        "              Do this.",
        "will fail     two. So it is with two.",
        "              Do this.",
        "will throttle three. So it is with three.",
        "              Do this.",
        "not known     four. So it is with four.",
        "              Do this.",
        "",
        "This deployment would fail.",
    ]


@pytest.mark.parametrize("verdict", ["fine", "throttles", "unknown"])
def test_what_would_not_fail_ends_the_command_with_0(
    verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, one=verdict)
    result = run("--stage", "prod")
    assert result.exit_code == 0
    assert result.stdout.endswith("Nothing here stops a deployment.\n")


def test_the_findings_are_json_for_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, one="throttles", two="fails")
    result = run("--stage", "dev", "--json")
    assert result.exit_code == 1
    found = msgspec.json.decode(result.stdout, type=Report)
    assert (found.stage, found.account, found.will_fail) == ("dev", "123456789012", True)
    assert [(one.name, one.verdict, one.users) for one in found.findings] == [
        ("one", "throttles", 1_200),
        ("two", "fails", 1_200),
    ]


def test_the_context_of_the_deployment_is_that_of_the_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[Any] = []

    def look(stage: str, place: Any, template: dict[str, Any], client: Any) -> Report:
        given.append(template)
        return Report(stage, *HERE, False, [])

    monkeypatch.setattr(command, "look", look)
    assert run("--stage", "dev", "-c", "page=off").exit_code == 0
    assert given == [synthesize("dev", {"page": "off"})]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stage", "dev", "-c", "page"), "'page' is no NAME=VALUE"),
        (("--stage", "staging"), "The stage 'staging' is unknown"),
        (("--stage", "dev", "-c", "budget_usd=much"), "budget_usd is 'much'"),
    ],
)
def test_what_cannot_be_deployed_at_all_is_a_sentence(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_without_credentials_there_is_nothing_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> tuple[str, str]:
        raise CloudError("There are no credentials of AWS here.")

    monkeypatch.setattr(command, "environment", nobody)
    result = run("--stage", "dev")
    assert (result.exit_code, result.output) == (1, "There are no credentials of AWS here.\n")
