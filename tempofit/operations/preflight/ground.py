"""What must be there before a stage: the CDK's own stack, a stack that takes updates, a role."""

from botocore.exceptions import ClientError

from tempofit.operations.bootstrap import CACHE_ROLE
from tempofit.operations.preflight.findings import Finding
from tempofit.operations.preflight.subject import Subject

VERSION = "/cdk-bootstrap/hnb659fds/version"
"""Where `cdk bootstrap` writes the version of what it made."""
BOOTSTRAP, STACK, ROLE = "CDK bootstrap", "Stack", "ElastiCache's role"
PAGE, RUNTIME = "CloudFront", "Lambda's runtime"
STUCK = {
    "DELETE_FAILED": "Delete it again in the CloudFormation console, where it offers to leave "
    "what could not be deleted; its events say what that is.",
    "UPDATE_ROLLBACK_FAILED": "Continue the rollback in the CloudFormation console, where its "
    "events say what stopped it.",
    "ROLLBACK_FAILED": "Delete it in the CloudFormation console; its events say what stopped it.",
    "CREATE_FAILED": "Delete it in the CloudFormation console; its events say what failed.",
}
"""States of a stack in which CloudFormation takes no deployment, and how it leaves them."""


def bootstrap(subject: Subject) -> list[Finding]:
    """Whether the CDK has a place for what it uploads, of a version that the template takes."""
    again = "Run make bootstrap, once for each account and region."
    try:
        parameter = subject.client("ssm").get_parameter(Name=VERSION)["Parameter"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return [Finding(BOOTSTRAP, "fails", f"There is none in {subject.region}.", again)]
    version = parameter["Value"]
    if version in _refused_versions(subject):
        return [Finding(BOOTSTRAP, "fails", f"Its version {version} is too old.", again)]
    return [Finding(BOOTSTRAP, "fine", f"It has version {version}.")]


def _refused_versions(subject: Subject) -> list[str]:
    """As the template's own rule lists them."""
    (assertion,) = subject.template["Rules"]["CheckBootstrapVersion"]["Assertions"]
    ((versions, _),) = (one["Fn::Contains"] for one in assertion["Assert"]["Fn::Not"])
    found: list[str] = versions
    return found


def stack(subject: Subject) -> list[Finding]:
    """Whether the stack is in a state from which it can be deployed."""
    if subject.stack is None:
        return [Finding(STACK, "fine", f"There is no {subject.name} yet.")]
    status = subject.stack["StackStatus"]
    means = f"{subject.name} is {status}."
    if status in STUCK:
        return [Finding(STACK, "fails", means, STUCK[status])]
    if status == "ROLLBACK_COMPLETE":
        return [_after_a_first_failure(subject, means)]
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        return [Finding(STACK, "fails", means, "Wait until it is done, and try again.")]
    return [Finding(STACK, "fine", means)]


def _after_a_first_failure(subject: Subject, means: str) -> Finding:
    """The CDK command deletes what is left of such a stack, if it may."""
    if subject.stack and subject.stack.get("EnableTerminationProtection"):
        remedy = f"Let it be deleted: tempofit protect --stage {subject.stage} --off."
        return Finding(STACK, "fails", f"{means} It is protected from being deleted.", remedy)
    return Finding(STACK, "fine", f"{means} Its first deployment failed; the next one begins anew.")


def cache_role(subject: Subject) -> list[Finding]:
    """Whether ElastiCache has the role by which it works in the account."""
    try:
        subject.client("iam").get_role(RoleName=CACHE_ROLE)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        means = f"{CACHE_ROLE} comes with an account's first cache, which may then come too soon."
        return [Finding(ROLE, "unknown", means, "Run make bootstrap, which has it made.")]
    return [Finding(ROLE, "fine", "It is there.")]


def page(subject: Subject) -> list[Finding]:
    """Whether the account may have a distribution, which AWS withholds from new ones."""
    if not any(subject.properties("AWS::CloudFront::Distribution")):
        return []
    distributions = subject.client("cloudfront").list_distributions(MaxItems="1")
    if distributions["DistributionList"]["Quantity"]:
        return [Finding(PAGE, "fine", "The account has a distribution, so it may have more.")]
    means = (
        "The account has no distribution, and AWS does not tell before one is made whether it "
        'may: "Your account must be verified before you can add new CloudFront resources".'
    )
    remedy = (
        "If the deployment fails with these words, ask AWS Support to verify the account, and "
        "deploy without the page meanwhile: -c page=off."
    )
    return [Finding(PAGE, "unknown", means, remedy)]


def runtime(subject: Subject) -> list[Finding]:
    """Whether Lambda runs the functions' Python here, which it tells nobody before."""
    functions = list(subject.properties("AWS::Lambda::Function"))
    names = sorted({f"{one['Runtime']} on {'/'.join(one['Architectures'])}" for one in functions})
    if subject.is_deployed:
        return [Finding(RUNTIME, "fine", f"The stage is deployed, and runs {', '.join(names)}.")]
    means = f"It cannot be asked whether {subject.region} runs {', '.join(names)}."
    remedy = "If a function is refused for its runtime or architecture, take a larger region."
    return [Finding(RUNTIME, "unknown", means, remedy)]
