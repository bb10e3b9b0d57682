"""The page: a private bucket behind CloudFront, and what the page is told of its stage."""

import json
from dataclasses import asdict

from aws_cdk import (
    Aws,
    CfnCondition,
    CfnOutput,
    CfnResource,
    Duration,
    Fn,
    RemovalPolicy,
    Stack,
)
from aws_cdk.aws_cloudfront import (
    BehaviorOptions,
    CachePolicy,
    Distribution,
    HeadersFrameOption,
    HeadersReferrerPolicy,
    HttpVersion,
    ResponseCustomHeader,
    ResponseCustomHeadersBehavior,
    ResponseHeadersContentSecurityPolicy,
    ResponseHeadersContentTypeOptions,
    ResponseHeadersFrameOptions,
    ResponseHeadersPolicy,
    ResponseHeadersReferrerPolicy,
    ResponseHeadersStrictTransportSecurity,
    ResponseSecurityHeadersBehavior,
    S3OriginAccessControl,
    ViewerProtocolPolicy,
)
from aws_cdk.aws_cloudfront_origins import S3BucketOrigin
from aws_cdk.aws_logs import (
    CfnDelivery,
    CfnDeliveryDestination,
    CfnDeliverySource,
    LogGroup,
    RetentionDays,
)
from aws_cdk.aws_s3 import BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership

from infra.checks import accept
from infra.identity import (
    Issuer,
    create_client,
    create_people,
    given_issuer,
    login_origin,
    stack_uuid,
)
from infra.settings import Settings

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LOGGED = [
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(User-Agent)",
    "x-edge-result-type",
    "x-edge-request-id",
    "cs-protocol",
    "time-taken",
    "ssl-protocol",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "sc-content-type",
]
"""What is written of a request: no query, no referrer and no cookie, for a login's code or a token
may be in them, and no address of a person."""
LOGS_REGION = "us-east-1"
HEART_RATE_SERVICES = ("wss://dev.pulsoid.net", "wss://app.hyperate.io")
"""From where the page takes a heart rate if the athlete chooses so, with a key of the athlete's."""
MUSIC_SERVERS = "https:"
"""Wherever a music server of a person's own is: its address is known to their browser alone."""


def create_web(scope: Stack, settings: Settings, socket_url: str) -> Issuer:
    """Creates the page's bucket and distribution, and who may log in; whose tokens are believed.

    `socket_url` is the WebSocket API's address. Made in the one order without a circle: the pool
    with its login's domain, the distribution, whose headers name that domain, and then the pool's
    client, which names the distribution. Without a page there is neither bucket nor distribution.
    Raises ValueError for a context that cannot be used.
    """
    people = given_issuer(scope.node) or create_people(scope, settings)
    policy = content_security_policy(socket_url, login_origin(people))
    url = _create_page(scope, settings, policy) if settings.page else None
    issuer = people if isinstance(people, Issuer) else create_client(people, settings, url)
    CfnOutput(scope, "PageConfig", value=page_config(socket_url, issuer))
    return issuer


def content_security_policy(socket_url: str, login: str | None) -> str:
    """Lets the page run its own files, and speak to nobody but those it has a reason to.

    They are the WebSocket API, the login, the heart-rate services that an athlete may choose, and
    music servers, which are anywhere: docs/trust.md says what that costs. A recording comes to the
    page as data, so no media is played from elsewhere, and no socket is opened there. The page's
    manifest and service worker are files of its own.
    """
    socket = socket_url.rpartition("/")[0]  # an origin: the stage is a path
    spoken_to = [socket, *([login] if login else []), *HEART_RATE_SERVICES, MUSIC_SERVERS]
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(["connect-src 'self'", *spoken_to]),
            "img-src 'self' data:",
            "media-src 'self' blob:",  # the athlete's own music, which never leaves the browser
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def page_config(socket_url: str, issuer: Issuer) -> str:
    """The page's config.json: one build serves every stage."""
    login = asdict(issuer.login) if issuer.login else {}
    told = {key: value for key, value in login.items() if value is not None}
    return json.dumps(
        {"websocket_url": socket_url, "users": []} | ({"login": told} if told else {})
    )


def _create_page(scope: Stack, settings: Settings, policy: str) -> str:
    """Creates the bucket and the distribution; the address of the page."""
    bucket = _bucket(scope, settings)
    distribution = _distribution(scope, bucket, policy)
    if settings.page_logs:
        _log_accesses(scope, distribution)
    url = f"https://{distribution.distribution_domain_name}/"
    CfnOutput(scope, "PageUrl", value=url)
    CfnOutput(scope, "PageBucket", value=bucket.bucket_name)
    return url


def _bucket(scope: Stack, settings: Settings) -> Bucket:
    bucket = Bucket(
        scope,
        "page",
        block_public_access=BlockPublicAccess.BLOCK_ALL,
        object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        removal_policy=settings.removal,
    )
    accept(bucket, "S1", "CloudFront alone reads it, and logs what it is asked for.")
    return bucket


def _distribution(scope: Stack, bucket: Bucket, policy: str) -> Distribution:
    access = S3OriginAccessControl(
        scope, "page-access", origin_access_control_name=f"tempofit-{stack_uuid()}"
    )
    distribution = Distribution(
        scope,
        "distribution",
        default_root_object="index.html",
        http_version=HttpVersion.HTTP2_AND_3,
        default_behavior=BehaviorOptions(
            origin=S3BucketOrigin.with_origin_access_control(bucket, origin_access_control=access),
            viewer_protocol_policy=ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=_headers(scope, policy),
        ),
    )
    accept(distribution, "CFR1", "People may work out in any country.")
    accept(distribution, "CFR2", "Static files without a query: nothing for a firewall to look at.")
    accept(distribution, "CFR3", "The older logs, which the rule knows, write down the query.")
    accept(distribution, "CFR4", "Without a domain of one's own, CloudFront sets the TLS version.")
    return distribution


def _headers(scope: Stack, policy: str) -> ResponseHeadersPolicy:
    return ResponseHeadersPolicy(
        scope,
        "page-headers",
        response_headers_policy_name=f"tempofit-{stack_uuid()}",
        security_headers_behavior=ResponseSecurityHeadersBehavior(
            content_security_policy=ResponseHeadersContentSecurityPolicy(
                content_security_policy=policy, override=True
            ),
            content_type_options=ResponseHeadersContentTypeOptions(override=True),
            frame_options=ResponseHeadersFrameOptions(
                frame_option=HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=ResponseHeadersReferrerPolicy(
                referrer_policy=HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), include_subdomains=True, override=True
            ),
        ),
        custom_headers_behavior=ResponseCustomHeadersBehavior(
            custom_headers=[
                ResponseCustomHeader(header=name, value=value, override=True)
                for name, value in HEADERS.items()
            ]
        ),
    )


def _log_accesses(scope: Stack, distribution: Distribution) -> None:
    """Writes requests for the page to a log group; the service takes that up in one region only."""
    log_group = LogGroup(
        scope,
        "page-log",
        retention=RetentionDays.TWO_WEEKS,
        removal_policy=RemovalPolicy.DESTROY,
    )
    name = f"tempofit-{stack_uuid()}"
    source = CfnDeliverySource(
        scope,
        "page-log-source",
        name=name,
        resource_arn=distribution.distribution_arn,
        log_type="ACCESS_LOGS",
    )
    destination = CfnDeliveryDestination(
        scope,
        "page-log-destination",
        name=name,
        destination_resource_arn=log_group.log_group_arn,
        output_format="json",
    )
    delivery = CfnDelivery(
        scope,
        "page-log-delivery",
        delivery_source_name=source.ref,
        delivery_destination_arn=destination.attr_arn,
        record_fields=LOGGED,
    )
    taken_up = CfnCondition(
        scope, "logs-of-pages", expression=Fn.condition_equals(Aws.REGION, LOGS_REGION)
    )
    for part in (log_group.node.default_child, source, destination, delivery):
        if isinstance(part, CfnResource):
            part.cfn_options.condition = taken_up
