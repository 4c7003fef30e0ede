"""What people are told about deploying names parameters, outputs and stages that exist."""

import re
import unittest

import stack

PAGES = ["README.md", "docs/deploy.md", "docs/cost.md", "docs/runbook.md"]


class Documentation(unittest.TestCase):
    def setUp(self):
        self.pages = {name: (stack.ROOT / name).read_text() for name in PAGES}
        self.stack = stack.main()
        self.parameters = self.stack.template["Parameters"].keys()

    def test_every_alarm_has_its_section_in_the_runbook_and_every_section_its_alarm(self):
        runbook = self.pages["docs/runbook.md"]
        sections = re.findall(r"(?m)^### ((?:\w+Alarm(?:, )?)+)$", runbook)
        told = [name for section in sections for name in section.split(", ")]
        alarms = stack.nested("Watch", self.stack).of_type("AWS::CloudWatch::Alarm")
        self.assertEqual(sorted(told), sorted(alarms))
        self.assertEqual(set(re.findall(r"\b\w+Alarm\b", runbook)) - set(told), set())

    def test_what_commands_ask_of_the_stack_exists(self):
        for name, text in self.pages.items():
            outputs = set(re.findall(r"\$\(output (\w+)\)|OutputKey=='(\w+)'|output `(\w+)`", text))
            outputs = {it for found in outputs for it in found if it}
            self.assertEqual(outputs - self.stack.template["Outputs"].keys(), set(), name)
            resources = set(re.findall(r"--logical-resource-id (\w+)", text))
            self.assertEqual(resources - self.stack.resources.keys(), set(), name)

    def test_the_parameters_that_are_named_exist(self):
        for name, text in self.pages.items():
            given = re.findall(r"parameters=(?:\"([^\"]+)\"|'([^\n]+)')", text)
            told = {it for found in given for it in re.findall(r"\b([A-Z]\w+)=", " ".join(found))} - {"Name"}
            told |= set(re.findall(r"(?m)^(?:  )?([A-Z][a-z]\w+) = \"", text)) | set(re.findall(r"`([A-Z][a-z]\w+) = \"", text))
            self.assertEqual(told - self.parameters, set(), name)

    def test_links_within_the_repository_lead_somewhere(self):
        for name, text in self.pages.items():
            folder = (stack.ROOT / name).parent
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if target.startswith("http"):
                    continue
                file, _, heading = target.partition("#")
                page = folder / file if file else stack.ROOT / name
                self.assertTrue(page.exists(), f"{name}: {target}")
                if heading:
                    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text())
                    anchors = {re.sub(r"[^\w -]", "", it.lower()).replace(" ", "-") for it in headings}
                    self.assertIn(heading, anchors, name)


if __name__ == "__main__":
    unittest.main()
