"""What the roles of a synthesized template allow, in words that a test can compare.

Resources are named by their logical ids, which also name the tables, streams and the queue that a
function meets in the test: nothing in the template has another name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.infra.conftest import Template, of_type

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "000000000000",
    "AWS::URLSuffix": "amazonaws.com",
}


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource, in which `*` stands for anything."""

    action: str
    resource: str

    def covers(self, action: str, resource: str) -> bool:
        """Whether IAM would let this call through because of this grant."""
        return fnmatchcase(action.lower(), self.action.lower()) and fnmatchcase(
            resource, self.resource
        )

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


def name_of(function: dict[str, Any]) -> str:
    """The name by which the house knows a function: the file that holds its handler."""
    handler: str = function["Properties"]["Handler"]
    return handler.split(".")[1]


def functions_of(template: Template) -> dict[str, dict[str, Any]]:
    """The properties of every function, by name."""
    functions = of_type(template, "AWS::Lambda::Function").values()
    return {name_of(function): function["Properties"] for function in functions}


def function_id(template: Template, name: str) -> str:
    """The logical id of a function."""
    functions = of_type(template, "AWS::Lambda::Function").items()
    (found,) = [logical_id for logical_id, one in functions if name_of(one) == name]
    return found


def grants_of(template: Template, name: str) -> set[Grant]:
    """Everything that the role of a function allows, under whatever condition."""
    return grants_of_role(template, flat(functions_of(template)[name]["Role"]))


def denials_of(template: Template, name: str) -> set[Grant]:
    """Everything that the role of a function denies, under whatever condition."""
    return _granted(template, flat(functions_of(template)[name]["Role"]), "Deny")


def grants_of_role(template: Template, role_id: str) -> set[Grant]:
    """Everything that a role allows; a policy that AWS wrote is one grant, on anything."""
    role = template["Resources"][role_id]["Properties"]
    managed = {Grant(flat(arn), "*") for arn in role.get("ManagedPolicyArns", [])}
    return managed | _granted(template, role_id, "Allow")


def _granted(template: Template, role_id: str, effect: str) -> set[Grant]:
    return {
        Grant(action, flat(resource))
        for statement in statements_of_role(template, role_id)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if statement["Effect"] == effect
    }


def statements_of_role(template: Template, role_id: str) -> Iterator[dict[str, Any]]:
    """Every statement of the policies of a role."""
    for document in _documents(template, role_id):
        yield from document["Statement"]


def statements_of(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every policy, of roles and of resources, with its logical id."""
    for logical_id, resource in template["Resources"].items():
        for statement in _statements(resource):
            yield logical_id, statement


def flat(value: Any) -> str:
    """The text of a value of the template; what it refers to appears by its logical id."""
    match value:
        case {"Ref": str(target)}:
            return PSEUDO.get(target, target)
        case {"Fn::GetAtt": [str(target), "Arn" | "ARN"]}:
            return target
        case {"Fn::GetAtt": [str(target), str(attribute)]}:
            return f"{target}.{attribute}"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(flat(part) for part in parts)
        case {"Fn::Sub": str(text)}:
            for name, meaning in PSEUDO.items():
                text = text.replace(f"${{{name}}}", meaning)
            return text
    return str(value)


def listed(value: Any) -> list[Any]:
    """Policies write one thing as itself, and several as a list."""
    return value if isinstance(value, list) else [value]


def _documents(template: Template, role_id: str) -> Iterator[dict[str, Any]]:
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for policy in of_type(template, kind).values():
            if role_id in {flat(role) for role in policy["Properties"].get("Roles", [])}:
                yield policy["Properties"]["PolicyDocument"]
    for inline in template["Resources"][role_id]["Properties"].get("Policies", []):
        yield inline["PolicyDocument"]


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for inner in value.values():
            yield from _statements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statements(inner)
