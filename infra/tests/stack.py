"""The templates as CloudFormation gets them: transformed by SAM, and evaluated for given parameters.

What only AWS knows stays visible: a reference to a resource becomes `<LogicalId>`, one of its attributes `<LogicalId.Attribute>`.
"""

import copy
import functools
import logging
import os
import re
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

logging.disable(logging.CRITICAL)

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"

NEEDED = {
    "EmailFrom": "noreply@example.com",
    "FrontendUrl": "https://app.example.com",
    "MailIdentity": "example.com",
}

PSEUDO = {
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "latchkey",
}

NO_VALUE = object()


@functools.cache
def parsed(name):
    return yaml_parse((INFRA / name).read_text())


def read(name):
    """A template as it is written, its short tags in their long form."""
    return copy.deepcopy(parsed(name))


def transformed(**parameters):
    """template.yaml behind SAM's transformation, as `sam deploy` has it done with what it has uploaded."""
    template = read("template.yaml")
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = "s3://bucket/function"
        elif resource["Type"] == "AWS::Serverless::Application":
            properties["Location"] = f"https://s3.amazonaws.com/bucket/{properties['Location']}"
    values = {name: str(value) for name, value in {**NEEDED, **parameters}.items()}
    return Translator({}, Parser()).translate(template, values)


class Stack:
    """A template with parameters: the resources that are made, with the values that they have."""

    def __init__(self, template, **parameters):
        self.template = template
        self.values = dict(PSEUDO)
        for name, parameter in template.get("Parameters", {}).items():
            value = parameters.pop(name, parameter.get("Default"))
            assert value is not None, f"{name} has no default"
            is_list = parameter["Type"] == "CommaDelimitedList"
            self.values[name] = str(value).split(",") if is_list else str(value)
        assert not parameters, f"no parameters: {parameters}"
        self.resources = {
            name: self.evaluated(resource)
            for name, resource in template["Resources"].items()
            if self.holds(resource.get("Condition"))
        }
        self.outputs = {
            name: self.evaluated(output["Value"])
            for name, output in template.get("Outputs", {}).items()
            if self.holds(output.get("Condition"))
        }

    def __getitem__(self, name):
        return self.resources[name]["Properties"]

    def of_type(self, kind):
        """The properties of each resource of a type, by logical id."""
        found = self.resources.items()
        return {name: it.get("Properties", {}) for name, it in found if it["Type"] == kind}

    def holds(self, condition):
        if condition is None:
            return True
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        ((kind, given),) = condition.items()
        if kind == "Condition":
            return self.holds(given)
        if kind == "Fn::Equals":
            left, right = (str(self.evaluated(it)) for it in given)
            return left == right
        told = [self.holds(it) for it in given]
        return {"Fn::Not": not told[0], "Fn::And": all(told), "Fn::Or": any(told)}[kind]

    def evaluated(self, value):
        if isinstance(value, list):
            members = (self.evaluated(it) for it in value)
            return [it for it in members if it is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((kind, given),) = value.items()
            if kind == "Ref" or kind.startswith("Fn::"):
                return self.called(kind, given)
        members = {name: self.evaluated(it) for name, it in value.items()}
        return {name: it for name, it in members.items() if it is not NO_VALUE}

    def called(self, kind, given):
        if kind == "Ref":
            return NO_VALUE if given == "AWS::NoValue" else self.values.get(given, f"<{given}>")
        if kind == "Fn::GetAtt":
            return f"<{given if isinstance(given, str) else '.'.join(given)}>"
        if kind == "Fn::If":
            return self.evaluated(given[1] if self.holds(given[0]) else given[2])
        if kind == "Fn::Join":
            return given[0].join(self.evaluated(given[1]))
        if kind == "Fn::Select":
            return self.evaluated(given[1])[int(given[0])]
        if kind == "Fn::Split":
            return self.evaluated(given[1]).split(given[0])
        if kind == "Fn::Sub":
            text, names = given if isinstance(given, list) else (given, {})
            own = {name: self.evaluated(it) for name, it in names.items()}
            known = {**self.values, **own}
            return re.sub(r"\$\{([^!}]+)\}", lambda it: str(known.get(it[1], f"<{it[1]}>")), text)
        raise AssertionError(f"{kind} is not known to the tests")


def main(**parameters):
    """The stack itself."""
    return Stack(transformed(**parameters), **{**NEEDED, **parameters})


def nested(name, parent):
    """A nested stack, with the parameters that its parent gives it."""
    file = name.lower() + ".yaml"
    assert parent[name]["TemplateURL"].endswith(file)
    return Stack(read(file), **parent[name].get("Parameters", {}))


def references(value):
    """The logical ids and parameters that a value refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value), set())
    if not isinstance(value, dict):
        return set()
    found = set()
    for kind, given in value.items():
        if kind == "Ref":
            found.add(given)
        elif kind == "Fn::GetAtt":
            found.add((given if isinstance(given, str) else given[0]).split(".")[0])
        elif kind == "Fn::Sub":
            text, names = given if isinstance(given, list) else (given, {})
            inside = {it.split(".")[0] for it in re.findall(r"\$\{([^!}]+)\}", text)}
            found |= (inside - set(names)) | references(names)
        else:
            found |= references(given)
    return found
