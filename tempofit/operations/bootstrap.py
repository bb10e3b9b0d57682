"""`python -m tempofit.operations.bootstrap`: what `make bootstrap` needs besides the CDK command.

Prints the account and region as the CDK command names them, and has IAM make the role by which
ElastiCache works in the account: a first cache may come before the role that comes with it.
"""

import sys

from botocore.exceptions import ClientError

from tempofit.addresses import CloudError
from tempofit.operations.stage import aws_errors, stage_client

CACHE_SERVICE = "elasticache.amazonaws.com"
CACHE_ROLE = "AWSServiceRoleForElastiCache"


def environment() -> tuple[str, str]:
    """The account and the region of the person's credentials. Raises CloudError."""
    with aws_errors("The credentials cannot be used"):
        cloudformation, sts = stage_client("cloudformation"), stage_client("sts", attempts=2)
        return sts.get_caller_identity()["Account"], cloudformation.meta.region_name


def make_cache_role() -> None:
    """Makes the role, if it is not there. Raises CloudError when that is refused."""
    iam = stage_client("iam")
    with aws_errors(f"The role {CACHE_ROLE} cannot be made"):
        try:
            iam.create_service_linked_role(AWSServiceName=CACHE_SERVICE)
        except ClientError as error:
            if "has been taken" not in error.response["Error"].get("Message", ""):
                raise


def main() -> int:
    try:
        account, region = environment()
    except CloudError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        make_cache_role()
    except CloudError as error:
        print(f"{error} The CDK goes on; a first deployment may fail for it.", file=sys.stderr)
    print(f"aws://{account}/{region}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
