"""The runbook has a section for each alarm, and names nothing that does not exist."""

import re
import unittest

import stack


class Runbook(unittest.TestCase):
    def setUp(self):
        self.text = (stack.ROOT / "docs/runbook.md").read_text()
        self.stack = stack.main()

    def test_every_alarm_has_its_section_and_every_section_its_alarm(self):
        sections = re.findall(r"(?m)^### ((?:\w+Alarm(?:, )?)+)$", self.text)
        told = [name for section in sections for name in section.split(", ")]
        alarms = stack.nested("Watch", self.stack).of_type("AWS::CloudWatch::Alarm")
        self.assertEqual(sorted(told), sorted(alarms))
        self.assertEqual(set(re.findall(r"\b\w+Alarm\b", self.text)) - set(told), set())

    def test_the_outputs_and_resources_that_its_commands_ask_for_exist(self):
        outputs = set(re.findall(r"\$\(output (\w+)\)", self.text))
        self.assertGreater(len(outputs), 4)
        self.assertEqual(outputs - self.stack.outputs.keys(), set())
        resources = set(re.findall(r"--logical-resource-id (\w+)", self.text))
        self.assertEqual(resources - self.stack.resources.keys(), set())

    def test_the_parameters_that_it_deploys_with_exist(self):
        given = re.findall(r"parameters=(?:\"([^\"]+)\"|'([^\n]+)')", self.text)
        names = {name for it in given for name in re.findall(r"\b([A-Z]\w+)=", " ".join(it))} - {"Name"}
        self.assertGreater(len(names), 8)
        self.assertEqual(names - self.stack.template["Parameters"].keys(), set())

    def test_its_own_links_lead_somewhere(self):
        headings = {line.lower().replace(" ", "-") for line in re.findall(r"(?m)^## (.+)$", self.text)}
        links = set(re.findall(r"\]\(#([\w-]+)\)", self.text))
        self.assertEqual(links - headings, set())


if __name__ == "__main__":
    unittest.main()
