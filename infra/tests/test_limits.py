"""What CloudFormation and Lambda take at most, and that nothing waits for itself."""

import graphlib
import json
import unittest

import stack
import test_settings

INLINE = 51_200
IN_S3 = 1_000_000
ENVIRONMENT = 4_096
TEMPLATES = ["template.yaml", "tables.yaml", "mail.yaml", "watch.yaml"]
# As PEM with the line breaks written as \n: a key of 2048 bits (PKCS#8), and its public half.
PRIVATE_KEY_BYTES = 1_704 + 28
PUBLIC_KEY_BYTES = 451 + 9


def size(variables):
    return sum(len(name.encode()) + len(str(value).encode()) for name, value in variables.items())


def dependencies(template):
    """What must be there before each resource is made or changed."""
    resources = template["Resources"]
    found = {}
    for name, resource in resources.items():
        told = resource.get("DependsOn", [])
        needed = stack.references(resource) | set([told] if isinstance(told, str) else told)
        found[name] = needed & resources.keys()
    return found


class Sizes(unittest.TestCase):
    def test_a_template_fits_even_where_it_is_not_taken_from_s3(self):
        for name in TEMPLATES:
            self.assertLess((stack.INFRA / name).stat().st_size, INLINE, name)

    def test_so_does_what_sam_makes_of_it(self):
        self.assertLess(len(json.dumps(stack.transformed())), INLINE)

    def test_there_are_at_most_two_hundred_parameters_and_outputs_and_five_hundred_resources(self):
        template = stack.transformed()
        self.assertLessEqual(len(template["Parameters"]), 200)
        self.assertLessEqual(len(template["Outputs"]), 200)
        self.assertLessEqual(len(template["Resources"]), 500)

    def test_descriptions_of_parameters_are_not_cut(self):
        for name in TEMPLATES:
            template = stack.read(name)
            self.assertLessEqual(len(template["Description"]), 1_024)
            for parameter in template.get("Parameters", {}).values():
                self.assertLessEqual(len(parameter.get("Description", "")), 4_000)


class Environment(unittest.TestCase):
    def setUp(self):
        long = "x" * 60
        self.plumbing = {name: long for name in test_settings.PLUMBING}
        self.secret = {"JWT_SECRET_KEY": "x" * 64, "JWT_PREVIOUS_SECRET_KEY": "x" * 64}
        self.settings = {
            name: default or long
            for name, default in test_settings.table().items()
            if name not in test_settings.SECRETS and name != "JWT_PREVIOUS_PUBLIC_KEY"
        }

    def test_every_setting_at_once_fits_into_the_environment(self):
        self.assertLess(size({**self.plumbing, **self.secret, **self.settings}), ENVIRONMENT)

    def test_a_pair_of_rsa_keys_leaves_room_for_what_usually_is_set(self):
        keys = {"JWT_PRIVATE_KEY": "x" * PRIVATE_KEY_BYTES, "JWT_PREVIOUS_PUBLIC_KEY": "x" * PUBLIC_KEY_BYTES}
        needed = {name: self.settings[name] for name in test_settings.REQUIRED}
        used = size({**self.plumbing, **self.secret, **keys, **needed})
        self.assertLess(used, ENVIRONMENT - 900)


class Order(unittest.TestCase):
    def test_nothing_waits_for_itself(self):
        for name in TEMPLATES:
            template = stack.transformed() if name == "template.yaml" else stack.read(name)
            # Raises where it finds a circle.
            order = list(graphlib.TopologicalSorter(dependencies(template)).static_order())
            self.assertEqual(set(order), template["Resources"].keys())

    def test_the_alias_waits_for_the_alarms_that_turn_it_back_and_they_for_the_function(self):
        graph = dependencies(stack.transformed())
        self.assertIn("GraphqlFunctionDeploymentGroup", graph["GraphqlFunctionAliaslive"])
        self.assertIn("Watch", graph["GraphqlFunctionDeploymentGroup"])
        self.assertIn("GraphqlFunction", graph["Watch"])
        self.assertNotIn("Watch", graph["GraphqlFunction"])

    def test_every_name_that_is_referred_to_exists(self):
        for name in TEMPLATES:
            template = stack.transformed() if name == "template.yaml" else stack.read(name)
            known = template["Resources"].keys() | template.get("Parameters", {}).keys()
            parts = [template["Resources"], template.get("Outputs", {}), template.get("Conditions", {})]
            unknown = {it for it in stack.references(parts) if it not in known and not it.startswith("AWS::")}
            self.assertEqual(unknown, set(), name)


if __name__ == "__main__":
    unittest.main()
