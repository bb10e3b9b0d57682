"""Who may log in, how, and whose tokens open a connection."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.identity import DEVELOPER_PAGE, given_issuer
from infra.settings import read_settings
from infra.stack import TempoFit
from tests.infra.conftest import Template, of_type, properties
from tests.infra.test_web import page_config, policy, text

POOL = "AWS::Cognito::UserPool"
CLIENT = "AWS::Cognito::UserPoolClient"
STACK_UUID = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
ISSUER = {
    "oidc_issuer": "https://people.example/tenant",
    "oidc_audience": "songs",
    "oidc_jwks_url": "https://people.example/tenant/keys",
}
LOGIN = {
    "oidc_authorize_url": "https://people.example/authorize",
    "oidc_token_url": "https://tokens.example:8443/token",
    "oidc_client_id": "page",
}


def test_people_sign_in_with_an_email_address_and_a_long_password(template: Template) -> None:
    (pool,) = properties(template, POOL)
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    password = pool["Policies"]["PasswordPolicy"]
    assert password["MinimumLength"] >= 12
    assert all(value for name, value in password.items() if name.startswith("Require"))


def test_a_second_factor_is_an_app_and_never_a_text_message(template: Template) -> None:
    (pool,) = properties(template, POOL)
    assert pool["MfaConfiguration"] == "OPTIONAL"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [
        {"Name": "verified_email", "Priority": 1}
    ]


def test_prod_keeps_its_people_and_dev_does_not(dev: Template, prod: Template) -> None:
    (thrown_away,), (kept,) = of_type(dev, POOL).values(), of_type(prod, POOL).values()
    assert thrown_away["DeletionPolicy"] == "Delete"
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert kept["Properties"]["DeletionProtection"] == "ACTIVE"


def test_there_are_athletes_and_coaches(template: Template) -> None:
    groups = properties(template, "AWS::Cognito::UserPoolGroup")
    assert {group["GroupName"] for group in groups} == {"athlete", "coach"}


def test_the_page_logs_people_in_by_a_code_and_without_a_secret(template: Template) -> None:
    (client,) = properties(template, CLIENT)
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlowsUserPoolClient"] is True
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid", "email"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["TokenValidityUnits"]["AccessToken"] == "minutes"
    assert client["AccessTokenValidity"] <= 60


def test_a_refresh_token_is_good_once(template: Template) -> None:
    (client,) = properties(template, CLIENT)
    assert client["RefreshTokenRotation"]["Feature"] == "ENABLED"
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH"]  # refreshing would exclude it


def test_a_login_comes_back_to_the_page_alone(dev: Template, prod: Template) -> None:
    for template, others in ((prod, []), (dev, [DEVELOPER_PAGE])):
        (client,) = properties(template, CLIENT)
        (distribution,) = of_type(template, "AWS::CloudFront::Distribution")
        page = f"https://<{distribution}.DomainName>/"
        assert [text(url) for url in client["CallbackURLs"]] == [page, *others]
        assert [text(url) for url in client["LogoutURLs"]] == [page, *others]


def test_the_hosted_login_has_an_address_that_no_other_stack_has(template: Template) -> None:
    (domain,) = properties(template, "AWS::Cognito::UserPoolDomain")
    assert domain["Domain"] == {"Fn::Join": ["", ["tempofit-", STACK_UUID]]}
    assert domain["ManagedLoginVersion"] == 2
    (looks,) = properties(template, "AWS::Cognito::ManagedLoginBranding")
    (client,) = of_type(template, CLIENT)
    assert looks["ClientId"] == {"Ref": client}


def test_the_authorizer_believes_the_pool_and_the_page(template: Template) -> None:
    (pool,), (client,) = of_type(template, POOL), of_type(template, CLIENT)
    environment = _authorizer(template)
    issuer = f"https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>/<{pool}>"
    assert text(environment["OIDC_ISSUER"]) == issuer
    assert text(environment["OIDC_JWKS_URL"]) == f"{issuer}/.well-known/jwks.json"
    assert environment["OIDC_AUDIENCE"] == {"Ref": client}


def test_another_issuer_takes_the_place_of_cognito(tmp_path: Path) -> None:
    template = _synthesized(tmp_path, ISSUER | LOGIN)
    assert not [r for r in template["Resources"].values() if r["Type"].startswith("AWS::Cognito")]
    environment = _authorizer(template)
    assert {name.upper(): value for name, value in ISSUER.items()}.items() <= environment.items()
    assert page_config(template)["login"] == {
        "authorize_url": "https://people.example/authorize",
        "token_url": "https://tokens.example:8443/token",
        "client_id": "page",
    }
    assert policy(template)["connect-src"][2] == "https://tokens.example:8443"


def test_the_page_may_be_left_without_a_login() -> None:
    issuer = given_issuer(App(context=ISSUER).node)
    assert issuer is not None
    assert issuer.login is None


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({"oidc_issuer": "https://a.example"}, "oidc_issuer is given without oidc_audience."),
        (ISSUER | {"oidc_audience": ""}, "oidc_issuer is given without oidc_audience."),
        (LOGIN, "oidc_authorize_url is given without oidc_issuer."),
        (ISSUER | {"oidc_client_id": "page"}, "given without oidc_authorize_url."),
        (ISSUER | {"oidc_issuer": "people.example"}, "oidc_issuer is 'people.example'."),
        (ISSUER | {"oidc_jwks_url": "http://a.example"}, "Give an address that begins with https"),
        (ISSUER | LOGIN | {"oidc_token_url": "https://a.example; script-src *"}, "oidc_token_url"),
    ],
)
def test_an_issuer_that_is_half_given_is_a_sentence(context: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match="Give") as caught:
        given_issuer(App(context=context).node)
    assert sentence in str(caught.value)


def _synthesized(folder: Path, context: dict[str, str]) -> Template:
    app = App(context={"aws:cdk:bundling-stacks": []} | context, outdir=str(folder))
    TempoFit(app, read_settings(app.node))
    (stack,) = app.synth().stacks
    template: Template = json.loads(json.dumps(stack.template))
    return template


def _authorizer(template: Template) -> dict[str, Any]:
    (function,) = [
        function
        for function in properties(template, "AWS::Lambda::Function")
        if function["Handler"] == "lambdas.authorize.handler"
    ]
    environment: dict[str, Any] = function["Environment"]["Variables"]
    return environment
