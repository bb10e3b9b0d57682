"""What is to be deployed, and where: the subject of every check."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tempofit.operations.stage import outputs_of, stack_name

NOT_DEPLOYED = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
"""States of a stack from which a deployment begins anew."""


@dataclass(frozen=True)
class Subject:
    """A stage's template, the account's region, and the stack of the stage if there is one."""

    stage: str
    region: str
    template: dict[str, Any]
    stack: dict[str, Any] | None
    client: Callable[[str], Any]
    """The client of a service."""

    @property
    def name(self) -> str:
        return stack_name(self.stage)

    @property
    def is_deployed(self) -> bool:
        """Whether what the template needs is there already."""
        return self.stack is not None and self.stack["StackStatus"] not in NOT_DEPLOYED

    @property
    def outputs(self) -> dict[str, str]:
        """What the stack tells, if it is deployed."""
        return outputs_of(self.stack) if self.stack and self.is_deployed else {}

    def properties(self, kind: str) -> Iterator[dict[str, Any]]:
        """Of the template's resources of one type."""
        for resource in self.template["Resources"].values():
            if resource["Type"] == kind:
                yield resource.get("Properties", {})
