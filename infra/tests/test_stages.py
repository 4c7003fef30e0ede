"""samconfig.toml: each stage says everything that it needs, in names that the template knows."""

import shlex
import unittest

import tomlkit

import stack

STAGES = ["default", "dev", "staging", "prod"]


class Stages(unittest.TestCase):
    def setUp(self):
        self.config = tomlkit.parse((stack.ROOT / "samconfig.toml").read_text()).unwrap()
        self.parameters = stack.read("template.yaml")["Parameters"]

    def deploy(self, stage):
        return self.config[stage]["deploy"]["parameters"]

    def overrides(self, stage, command="deploy"):
        told = self.config[stage][command]["parameters"]["parameter_overrides"]
        # A guided deployment writes them down as one text.
        return dict(it.split("=", 1) for it in shlex.split(told)) if isinstance(told, str) else told

    def test_there_are_three_and_what_sam_takes_without_a_name(self):
        self.assertEqual([name for name in self.config if name != "version"], STAGES)

    def test_each_says_where_it_goes_and_what_it_needs(self):
        for stage in STAGES:
            self.assertTrue(self.config[stage]["global"]["parameters"]["region"], stage)
            self.assertEqual(self.config[stage]["build"]["parameters"]["template_file"], "infra/template.yaml")
            deploy = self.deploy(stage)
            for capability in ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"):
                self.assertIn(capability, deploy["capabilities"], stage)
            self.assertTrue(deploy["resolve_s3"], stage)
            # What was built is deployed, not what it was built from.
            self.assertNotIn("template_file", deploy, stage)
        names = [self.deploy(stage)["stack_name"] for stage in STAGES]
        self.assertEqual(len(set(names)), len(names))

    def test_what_is_built_is_what_is_deployed(self):
        for stage in STAGES:
            built = self.overrides(stage, "build")["Architecture"]
            self.assertEqual(self.overrides(stage)["Architecture"], built, stage)

    def test_each_parameter_is_one_of_the_templates_with_a_value_that_it_takes(self):
        for stage in STAGES:
            for name, value in self.overrides(stage).items():
                allowed = self.parameters[name].get("AllowedValues", [value])
                self.assertIn(value, [str(it) for it in allowed], f"{stage}: {name}")
                stack.main(**{name: value})

    def test_production_is_deployed_gradually_capped_and_remembered_longest(self):
        prod = self.overrides("prod")
        self.assertTrue(prod["DeploymentType"].startswith("Canary"))
        self.assertGreater(int(prod["MaxReadUnits"]), 0)
        self.assertGreater(int(prod["MaxWriteUnits"]), 0)
        self.assertGreater(int(prod["ReservedConcurrency"]), 0)
        kept = {stage: int(self.overrides(stage).get("LogRetentionDays", 30)) for stage in STAGES}
        self.assertEqual(max(kept, key=kept.get), "prod")

    def test_what_has_no_default_is_asked_for_first(self):
        needed = [name for name, it in self.parameters.items() if "Default" not in it]
        self.assertEqual(needed, list(stack.NEEDED))
        self.assertEqual(list(self.parameters)[: len(needed)], needed)


if __name__ == "__main__":
    unittest.main()
