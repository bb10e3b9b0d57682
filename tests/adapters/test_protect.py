"""Who can delete a stage, and what an account needs before its first one."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from tempofit.__main__ import app
from tempofit.operations import bootstrap, protection, stage
from tests.adapters.stubbed import Account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    answering = Account()

    def client(service: str, **_: Any) -> Any:
        return answering.client(service)

    for module in (protection, bootstrap, stage):
        monkeypatch.setattr(module, "stage_client", client)
    yield answering
    answering.close()


def is_in(account: Account, status: str) -> None:
    described = {"StackName": "TempoFit-prod", "StackStatus": status, "CreationTime": 0}
    account.answers(
        "cloudformation", "describe_stacks", {"Stacks": [described]}, StackName="TempoFit-prod"
    )


def changes(account: Account, on: bool) -> None:
    account.answers(
        "cloudformation",
        "update_termination_protection",
        {"StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/TempoFit-prod/1"},
        StackName="TempoFit-prod",
        EnableTerminationProtection=on,
    )


@pytest.mark.parametrize(
    "status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
)
def test_a_stage_that_was_created_is_protected(account: Account, status: str) -> None:
    is_in(account, status)
    changes(account, on=True)
    done = CliRunner().invoke(app, ["protect", "--stage", "prod"])
    assert (done.exit_code, done.output) == (0, "The stack 'TempoFit-prod' cannot be deleted.\n")


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"])
def test_a_first_deployment_that_failed_is_not_protected(account: Account, status: str) -> None:
    is_in(account, status)
    done = CliRunner().invoke(app, ["protect", "--stage", "prod"])
    assert done.exit_code == 1
    assert f"is {status}, so it is not protected" in done.output


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "ROLLBACK_COMPLETE"])
def test_the_protection_is_taken_off_in_any_state(account: Account, status: str) -> None:
    is_in(account, status)
    changes(account, on=False)
    done = CliRunner().invoke(app, ["protect", "--stage", "prod", "--off"])
    assert (done.exit_code, done.output) == (0, "The stack 'TempoFit-prod' can be deleted.\n")


def test_a_stage_that_is_not_there_is_a_sentence(account: Account) -> None:
    message = "Stack with id TempoFit-prod does not exist"
    account.refuses("cloudformation", "describe_stacks", "ValidationError", message)
    done = CliRunner().invoke(app, ["protect", "--stage", "prod"])
    assert done.exit_code == 1
    assert "There is no stack 'TempoFit-prod' in us-east-1" in done.output


def who(account: Account) -> None:
    account.answers(
        "sts",
        "get_caller_identity",
        {
            "UserId": "AIDAEXAMPLE",
            "Account": "123456789012",
            "Arn": "arn:aws:iam::123456789012:user/ann",
        },
    )


def test_the_cdk_is_told_the_account_and_the_region(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    who(account)
    role = {"Path": "/", "RoleName": "R", "RoleId": "AROAEXAMPLEEXAMPLE", "CreateDate": 0}
    account.answers(
        "iam",
        "create_service_linked_role",
        {"Role": role | {"Arn": "arn:aws:iam::123456789012:role/aws-service-role/R"}},
        AWSServiceName="elasticache.amazonaws.com",
    )
    assert bootstrap.main() == 0
    assert capsys.readouterr() == ("aws://123456789012/us-east-1\n", "")


def test_a_role_that_is_there_already_is_no_trouble(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    who(account)
    taken = "Service role name AWSServiceRoleForElastiCache has been taken in this account."
    account.refuses("iam", "create_service_linked_role", "InvalidInput", taken)
    assert bootstrap.main() == 0
    assert capsys.readouterr() == ("aws://123456789012/us-east-1\n", "")


def test_a_role_that_may_not_be_made_is_told_and_the_cdk_goes_on(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    who(account)
    account.refuses("iam", "create_service_linked_role", "AccessDenied", "No such right.")
    assert bootstrap.main() == 0
    told = capsys.readouterr()
    assert told.out == "aws://123456789012/us-east-1\n"
    assert "No such right. Ask for that permission" in told.err


def test_credentials_that_have_expired_are_a_sentence(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.refuses("sts", "get_caller_identity", "ExpiredToken")
    assert bootstrap.main() == 1
    told = capsys.readouterr()
    assert (told.out, "log in again" in told.err) == ("", True)
