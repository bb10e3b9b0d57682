"""Who may connect: people of a Cognito user pool, or those of another OIDC issuer by context."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from aws_cdk import Aws, Duration, Fn, Stack
from aws_cdk.aws_cognito import (
    AccountRecovery,
    AuthFlow,
    CfnManagedLoginBranding,
    CfnUserPoolGroup,
    CognitoDomainOptions,
    FeaturePlan,
    ManagedLoginVersion,
    Mfa,
    MfaSecondFactor,
    OAuthFlows,
    OAuthScope,
    OAuthSettings,
    PasswordPolicy,
    SignInAliases,
    StandardAttribute,
    StandardAttributes,
    UserPool,
    UserPoolClient,
    UserPoolClientIdentityProvider,
    UserPoolDomain,
)
from constructs import Node

from infra.checks import accept
from infra.settings import Settings

GROUPS = ("athlete", "coach")
SCOPES = [OAuthScope.OPENID, OAuthScope.EMAIL]
TOKEN_LIFETIME = Duration.hours(1)
"""A token is looked at when a connection opens; the hosted login's own cookie lasts as long."""
LOGIN_LIFETIME = Duration.days(30)
ROTATION_GRACE = Duration.seconds(30)
"""How long a refresh token lives on after its use, for an answer that was lost on the way."""
DEVELOPER_PAGE = "http://localhost:5173/"
"""Where `npm run dev` serves the page; Cognito takes plain HTTP from this host alone."""
ISSUER = ("oidc_issuer", "oidc_audience", "oidc_jwks_url")
LOGIN = ("oidc_authorize_url", "oidc_token_url", "oidc_client_id")
ADDRESS = re.compile(r"https://[^\s/;,'\"]+(/[^\s;,'\"]*)?")


@dataclass(frozen=True)
class Login:
    """How the page logs people in: authorization code with PKCE, by a client without a secret."""

    authorize_url: str
    token_url: str
    client_id: str
    logout_url: str | None = None


@dataclass(frozen=True)
class Issuer:
    """Whose access tokens the authorizer believes."""

    oidc_issuer: str
    oidc_audience: str
    oidc_jwks_url: str
    login: Login | None
    """None where the page is told of no way to log in."""

    @property
    def environment(self) -> dict[str, str]:
        """The authorizer's environment."""
        return {name.upper(): getattr(self, name) for name in ISSUER}


@dataclass(frozen=True)
class People:
    """A user pool and the domain of its hosted login, still without a client."""

    pool: UserPool
    domain: UserPoolDomain


def given_issuer(node: Node) -> Issuer | None:
    """The issuer that the context names in place of Cognito; None where it names none.

    Context: `oidc_issuer`, `oidc_audience` and `oidc_jwks_url` together and, for the page to log in
    there, `oidc_authorize_url`, `oidc_token_url` and `oidc_client_id`. Raises ValueError with a
    sentence if one is missing or is no https address.
    """
    issuer, login = _together(node, ISSUER), _together(node, LOGIN)
    if not issuer:
        if login:
            raise ValueError(f"{LOGIN[0]} is given without {ISSUER[0]}. Give {', '.join(ISSUER)}.")
        return None
    return Issuer(**issuer, login=Login(*login.values()) if login else None)


def create_people(scope: Stack, settings: Settings) -> People:
    """Creates the user pool, its groups and the domain of its hosted login."""
    pool = UserPool(
        scope,
        "people",
        feature_plan=FeaturePlan.ESSENTIALS,
        self_sign_up_enabled=True,
        sign_in_aliases=SignInAliases(email=True),
        sign_in_case_sensitive=False,
        standard_attributes=StandardAttributes(
            email=StandardAttribute(required=True, mutable=True)
        ),
        account_recovery=AccountRecovery.EMAIL_ONLY,
        password_policy=PasswordPolicy(
            min_length=12,
            require_digits=True,
            require_lowercase=True,
            require_uppercase=True,
            require_symbols=True,
            temp_password_validity=Duration.days(1),
        ),
        mfa=Mfa.OPTIONAL,
        mfa_second_factor=MfaSecondFactor(otp=True, sms=False),
        deletion_protection=settings.keeps_data,
        removal_policy=settings.guarded_removal,
    )
    accept(pool, "COG2", "A second factor is offered to athletes, and not forced on them.")
    accept(pool, "COG8", "Plus costs more for each person, for risk scores that nobody reads yet.")
    for name in GROUPS:
        CfnUserPoolGroup(scope, f"{name}-group", user_pool_id=pool.user_pool_id, group_name=name)
    domain = pool.add_domain(
        "login",
        cognito_domain=CognitoDomainOptions(domain_prefix=f"tempofit-{stack_uuid()}"),
        managed_login_version=ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    )
    return People(pool, domain)


def create_client(people: People, settings: Settings, page_url: str | None) -> Issuer:
    """Lets the page at `page_url`, which ends in `/`, log in; the issuer that results.

    A stage without a page lets a developer's log in, as a client must name one.
    """
    developers = [] if settings.keeps_data and page_url else [DEVELOPER_PAGE]
    pages = [*([page_url] if page_url else []), *developers]
    client = people.pool.add_client(
        "page",
        generate_secret=False,
        auth_flows=AuthFlow(user_srp=True),  # one must be named, else Cognito allows its defaults
        o_auth=OAuthSettings(
            flows=OAuthFlows(authorization_code_grant=True),
            scopes=SCOPES,
            callback_urls=pages,
            logout_urls=pages,
        ),
        supported_identity_providers=[UserPoolClientIdentityProvider.COGNITO],
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        access_token_validity=TOKEN_LIFETIME,
        id_token_validity=TOKEN_LIFETIME,
        refresh_token_validity=LOGIN_LIFETIME,
        refresh_token_rotation_grace_period=ROTATION_GRACE,
    )
    _give_looks(people, client)
    return _issuer(people, client.user_pool_client_id, pages[0])


def login_origin(issuer_or_people: Issuer | People) -> str | None:
    """The origin that the page asks for tokens, as its content security policy names it."""
    if isinstance(issuer_or_people, People):
        return issuer_or_people.domain.base_url()
    if issuer_or_people.login is None:
        return None
    return f"https://{urlsplit(issuer_or_people.login.token_url).netloc}"


def stack_uuid() -> str:
    """The part of the stack's id that no other stack has, in whatever account and region.

    It is hexadecimal, so it spells none of the words that Cognito keeps for itself.
    """
    return Fn.select(2, Fn.split("/", Aws.STACK_ID))


def _give_looks(people: People, client: UserPoolClient) -> None:
    """Managed login shows nothing to a client without a style; Cognito's own will do."""
    CfnManagedLoginBranding(
        people.pool,
        "looks",
        user_pool_id=people.pool.user_pool_id,
        client_id=client.user_pool_client_id,
        use_cognito_provided_values=True,
    ).node.add_dependency(people.domain)


def _issuer(people: People, client_id: str, page_url: str) -> Issuer:
    login = people.domain.base_url()
    url = f"https://cognito-idp.{Aws.REGION}.{Aws.URL_SUFFIX}/{people.pool.user_pool_id}"
    return Issuer(
        oidc_issuer=url,
        oidc_audience=client_id,
        oidc_jwks_url=f"{url}/.well-known/jwks.json",
        login=Login(
            authorize_url=f"{login}/oauth2/authorize",
            token_url=f"{login}/oauth2/token",
            client_id=client_id,
            logout_url=f"{login}/logout?client_id={client_id}&logout_uri={page_url}",
        ),
    )


def _together(node: Node, names: tuple[str, ...]) -> dict[str, str]:
    """The context values `names`: all of them, or none. Raises ValueError."""
    values = {name: str(node.try_get_context(name) or "") for name in names}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(names):
        return {}
    if missing:
        given = next(name for name in names if values[name])
        raise ValueError(f"{given} is given without {missing[0]}. Give {', '.join(names)}.")
    for name, value in values.items():
        if name.endswith(("_issuer", "_url")) and not ADDRESS.fullmatch(value):
            raise ValueError(f"{name} is {value!r}. Give an address that begins with https://.")
    return values
