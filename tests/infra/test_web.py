"""The page: who may read it, what it may do, and what it is told."""

import json
from typing import Any

import pytest

from infra.identity import DEVELOPER_PAGE
from infra.models import KIND
from infra.web import HEART_RATE_SERVICES, MUSIC_SERVERS
from local.template.synth import synthesize
from local.web import _headers
from tests.infra.conftest import Template, of_type, properties

BUCKET = "AWS::S3::Bucket"
SECRETS = {"cs-uri-query", "cs(Referer)", "cs(Cookie)", "c-ip", "x-forwarded-for"}
"""Fields of an access log in which a token, a code or a person's address may stand."""


def test_the_bucket_is_private_and_encrypted(template: Template) -> None:
    bucket = of_type(template, BUCKET)[_page(template)]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert "BucketEncryption" in bucket
    assert "WebsiteConfiguration" not in bucket


def test_the_page_is_read_by_its_distribution_alone_and_over_tls(template: Template) -> None:
    (distribution,) = of_type(template, "AWS::CloudFront::Distribution")
    (policy,) = [
        policy["PolicyDocument"]["Statement"]
        for policy in properties(template, "AWS::S3::BucketPolicy")
        if policy["Bucket"] == {"Ref": _page(template)}
    ]
    (deny,) = [statement for statement in policy if statement["Effect"] == "Deny"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (allow,) = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert allow["Action"] == "s3:GetObject"
    assert allow["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    source = text(allow["Condition"]["StringEquals"]["AWS:SourceArn"])
    assert source.endswith(f":distribution/<{distribution}>")


def test_the_distribution_signs_what_it_asks_of_the_bucket(template: Template) -> None:
    (access,) = of_type(template, "AWS::CloudFront::OriginAccessControl")
    settings = properties(template, "AWS::CloudFront::OriginAccessControl")[0]
    assert settings["OriginAccessControlConfig"]["SigningBehavior"] == "always"
    (origin,) = _distribution(template)["Origins"]
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": [access, "Id"]}
    assert origin["DomainName"] == {"Fn::GetAtt": [_page(template), "RegionalDomainName"]}


def test_the_page_is_served_over_https_only(template: Template) -> None:
    behavior = _distribution(template)["DefaultCacheBehavior"]
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    assert _distribution(template)["DefaultRootObject"] == "index.html"
    headers = _security_headers(template)
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"


def test_the_page_speaks_to_the_api_the_login_heart_rate_services_and_music_servers_by_https_alone(
    template: Template,
) -> None:
    (api,) = of_type(template, "AWS::ApiGatewayV2::Api")
    (domain,) = of_type(template, "AWS::Cognito::UserPoolDomain")
    assert policy(template)["connect-src"] == [
        "'self'",
        f"wss://<{api}>.execute-api.<AWS::Region>.<AWS::URLSuffix>",
        f"https://<{domain}>.auth.<AWS::Region>.amazoncognito.com",
        "wss://dev.pulsoid.net",
        "wss://app.hyperate.io",
        "https:",
    ]


def test_the_page_may_reach_a_strap_and_keep_the_screen_on_but_not_look_or_listen(
    template: Template,
) -> None:
    (headers,) = properties(template, "AWS::CloudFront::ResponseHeadersPolicy")
    custom = headers["ResponseHeadersPolicyConfig"]["CustomHeadersConfig"]["Items"]
    (permissions,) = [item["Value"] for item in custom if item["Header"] == "Permissions-Policy"]
    forbidden = {each.removesuffix("=()") for each in permissions.split(", ")}
    assert {"camera", "microphone", "geolocation"} <= forbidden
    assert not {"bluetooth", "screen-wake-lock", "autoplay"} & forbidden


def test_the_page_plays_its_own_files_and_the_athletes_and_no_others(template: Template) -> None:
    assert policy(template)["media-src"] == ["'self'", "blob:"]


def test_the_page_may_do_no_more_on_aws_than_here_where_a_browser_tries_it(dev: Template) -> None:
    here = _directives(_headers("ws://127.0.0.1:1/dev")["Content-Security-Policy"])
    there = policy(dev)
    shared = {*HEART_RATE_SERVICES, MUSIC_SERVERS}
    assert shared <= {*here.pop("connect-src")} & {*there.pop("connect-src")}
    assert there == here


def test_one_build_is_told_where_its_stage_is(dev: Template, prod: Template) -> None:
    for stage, template in (("dev", dev), ("prod", prod)):
        config = page_config(template)
        (api,) = of_type(template, "AWS::ApiGatewayV2::Api")
        (client,) = of_type(template, "AWS::Cognito::UserPoolClient")
        (domain,) = of_type(template, "AWS::Cognito::UserPoolDomain")
        login = f"https://<{domain}>.auth.<AWS::Region>.amazoncognito.com"
        page = text(template["Outputs"]["PageUrl"]["Value"])
        assert config == {
            "websocket_url": f"wss://<{api}>.execute-api.<AWS::Region>.<AWS::URLSuffix>/{stage}",
            "users": [],
            "login": {
                "authorize_url": f"{login}/oauth2/authorize",
                "token_url": f"{login}/oauth2/token",
                "client_id": f"<{client}>",
                "logout_url": f"{login}/logout?client_id=<{client}>&logout_uri={page}",
            },
        }


def test_a_log_of_accesses_holds_no_token_and_no_address_of_a_person(template: Template) -> None:
    (delivery,) = properties(template, "AWS::Logs::Delivery")
    assert {"cs-uri-stem", "sc-status"} <= set(delivery["RecordFields"])
    assert not SECRETS & set(delivery["RecordFields"])
    assert "Logging" not in _distribution(template)  # the older logs write down the query


def test_accesses_are_logged_where_the_service_takes_that_up(template: Template) -> None:
    (condition,) = {
        resource["Condition"]
        for resource in template["Resources"].values()
        if resource["Type"].startswith("AWS::Logs::Delivery")
    }
    assert template["Conditions"][condition] == {
        "Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]
    }


def test_nothing_but_the_models_needs_a_custom_resource(template: Template) -> None:
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    custom = {
        kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::Custom"))
    }
    assert custom == {KIND}


def test_prod_keeps_its_page_and_dev_does_not(dev: Template, prod: Template) -> None:
    assert of_type(dev, BUCKET)[_page(dev)]["DeletionPolicy"] == "Delete"
    assert of_type(prod, BUCKET)[_page(prod)]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert of_type(prod, BUCKET)[_page(prod)]["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_an_account_that_may_have_no_distribution_has_a_stage_without_a_page(stage: str) -> None:
    template = synthesize(stage, {"page": "off"})
    kinds = {one["Type"] for one in template["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith(("AWS::CloudFront", "AWS::S3"))}
    assert "AWS::Logs::Delivery" not in kinds
    assert template["Outputs"].keys() & {"PageUrl", "PageBucket", "PageConfig"} == {"PageConfig"}
    (client,) = properties(template, "AWS::Cognito::UserPoolClient")
    assert client["CallbackURLs"] == client["LogoutURLs"] == [DEVELOPER_PAGE]
    logout = page_config(template)["login"]["logout_url"]
    assert logout.endswith(f"&logout_uri={DEVELOPER_PAGE}")


def text(node: Any) -> str:
    """A text of the template, with `<Name>` or `<Name.Attribute>` for what is filled in."""
    match node:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
    return str(node)


def page_config(template: Template) -> dict[str, Any]:
    """What the page is told."""
    config: dict[str, Any] = json.loads(text(template["Outputs"]["PageConfig"]["Value"]))
    return config


def policy(template: Template) -> dict[str, list[str]]:
    """The page's content security policy: sources by directive."""
    headers = _security_headers(template)["ContentSecurityPolicy"]
    return _directives(text(headers["ContentSecurityPolicy"]))


def _directives(policy: str) -> dict[str, list[str]]:
    words = [directive.split() for directive in policy.split("; ")]
    return {name: sources for name, *sources in words}


def _security_headers(template: Template) -> dict[str, Any]:
    (headers,) = properties(template, "AWS::CloudFront::ResponseHeadersPolicy")
    result: dict[str, Any] = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    return result


def _distribution(template: Template) -> dict[str, Any]:
    (distribution,) = properties(template, "AWS::CloudFront::Distribution")
    config: dict[str, Any] = distribution["DistributionConfig"]
    return config


def _page(template: Template) -> str:
    """The logical id of the page's bucket."""
    target: str = template["Outputs"]["PageBucket"]["Value"]["Ref"]
    return target
