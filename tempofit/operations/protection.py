"""Whether a stack can be deleted: a stage that keeps data cannot, once it was created.

Before that it can, so that a first deployment that failed can be tried again.
"""

from tempofit.addresses import CloudError
from tempofit.operations.stage import aws_errors, find_stack, stack_name, stage_client

NEVER_CREATED = ("REVIEW_IN_PROGRESS", "CREATE_", "ROLLBACK_", "DELETE_")
"""How the status of a stack begins that was not created, or is being deleted."""


def protect(stage: str, on: bool) -> str:
    """Protects the stack of `stage` from being deleted, or ends that; its name.

    Raises CloudError for a stack that was never created, and what the account refuses.
    """
    name, status = stack_name(stage), find_stack(stage)["StackStatus"]
    if on and status.startswith(NEVER_CREATED) and status != "CREATE_COMPLETE":
        raise CloudError(
            f"The stack {name!r} is {status}, so it is not protected: deploy it again with "
            f"make deploy STAGE={stage}."
        )
    cloudformation = stage_client("cloudformation")
    with aws_errors(f"The protection of {name!r} cannot be changed"):
        cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=on)
    return name
