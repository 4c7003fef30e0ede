"""The function, its versions, and how a version gets its traffic."""

import unittest

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

import stack


def is_replaced(kind, property_name):
    """Whether CloudFormation makes a resource anew when a property changes."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return f"/properties/{property_name}" in schema["createOnlyProperties"]


class Function(unittest.TestCase):
    def setUp(self):
        self.stack = stack.main()
        self.function = self.stack["GraphqlFunction"]

    def test_it_runs_the_binary_on_the_newest_runtime_on_arm_unless_told_otherwise(self):
        self.assertEqual(self.function["Runtime"], "provided.al2023")
        self.assertEqual(self.function["Handler"], "bootstrap")
        self.assertEqual(self.function["Architectures"], ["arm64"])
        other = stack.main(Architecture="x86_64")["GraphqlFunction"]
        self.assertEqual(other["Architectures"], ["x86_64"])

    def test_memory_time_and_how_many_at_a_time_are_said_and_may_be_chosen(self):
        self.assertEqual(self.function["MemorySize"], "1024")
        self.assertEqual(self.function["Timeout"], "25")
        self.assertEqual(self.function["ReservedConcurrentExecutions"], "20")
        other = stack.main(MemorySize=512, Timeout=21, ReservedConcurrency=3)["GraphqlFunction"]
        self.assertEqual(other["MemorySize"], "512")
        self.assertEqual(other["Timeout"], "21")
        self.assertEqual(other["ReservedConcurrentExecutions"], "3")

    def test_an_account_that_may_run_only_ten_functions_reserves_none(self):
        self.assertNotIn("ReservedConcurrentExecutions", stack.main(ReservedConcurrency=0)["GraphqlFunction"])

    def test_the_gateway_waits_longer_than_the_function_may_take(self):
        most = stack.read("template.yaml")["Parameters"]["Timeout"]["MaxValue"]
        self.assertLess(most * 1000, self.stack["Integration"]["TimeoutInMillis"])

    def test_its_log_is_json_and_kept_for_a_time(self):
        logging = self.function["LoggingConfig"]
        self.assertEqual(logging["LogFormat"], "JSON")
        self.assertEqual(logging["LogGroup"], "<FunctionLogs>")
        self.assertEqual(self.stack["FunctionLogs"]["RetentionInDays"], "30")
        self.assertEqual(stack.main(LogRetentionDays=365)["AccessLogs"]["RetentionInDays"], "365")

    def test_no_level_of_the_log_silences_the_metrics(self):
        levels = stack.read("template.yaml")["Parameters"]["LogLevel"]["AllowedValues"]
        self.assertEqual(levels, ["INFO", "WARN"])

    def test_letters_of_ones_own_come_as_a_layer(self):
        self.assertNotIn("Layers", self.function)
        layer = "arn:aws:lambda:eu-central-1:123456789012:layer:letters:1"
        self.assertEqual(stack.main(LettersLayerArn=layer)["GraphqlFunction"]["Layers"], [layer])


class Versions(unittest.TestCase):
    def setUp(self):
        self.template = stack.transformed()
        self.stack = stack.main()
        ((self.version, _),) = self.stack.of_type("AWS::Lambda::Version").items()

    def test_the_api_calls_the_alias_and_the_alias_is_a_version(self):
        self.assertEqual(self.stack["Integration"]["IntegrationUri"], "<GraphqlFunctionAliaslive>")
        alias = self.stack["GraphqlFunctionAliaslive"]
        self.assertEqual(alias["FunctionVersion"], f"<{self.version}.Version>")

    def test_a_version_stays_to_go_back_to(self):
        version = self.template["Resources"][self.version]
        self.assertEqual(version["DeletionPolicy"], "Retain")
        self.assertEqual(version["UpdateReplacePolicy"], "Retain")

    def test_other_settings_are_another_text_another_number_and_another_version(self):
        self.assertTrue(is_replaced("AWS::AppConfig::HostedConfigurationVersion", "Content"))
        self.assertTrue(is_replaced("AWS::Lambda::Version", "Description"))
        number = "<SettingsOnRecord.VersionNumber>"
        self.assertIn(number, self.stack[self.version]["Description"])
        # Without a difference in the function itself Lambda would refuse to publish.
        self.assertIn(number, self.stack["GraphqlFunction"]["Description"])

    def test_whatever_the_function_is_configured_with_is_on_record(self):
        function = self.template["Resources"]["GraphqlFunction"]["Properties"]
        conditions = self.template["Conditions"]
        # Neither is part of a version; the log group is made once, and so is the role.
        versioned = {
            name: it for name, it in function.items() if name not in ("ReservedConcurrentExecutions", "Role", "Tags")
        }
        needed = stack.references(versioned) | stack.references(conditions_in(versioned, conditions))
        needed -= {"SettingsOnRecord", "FunctionLogs", "JwtSecret", "AWS::NoValue"}
        record = self.template["Resources"]["SettingsOnRecord"]["Properties"]["Content"]
        self.assertEqual(sorted(needed - stack.references(record)), [])
        self.assertEqual(sorted(stack.references(record) - needed), [])

    def test_nothing_secret_is_on_record(self):
        record = self.template["Resources"]["SettingsOnRecord"]["Properties"]["Content"]
        self.assertNotIn("resolve:", str(record))


class Deployment(unittest.TestCase):
    def test_a_gradual_deployment_is_turned_back_by_the_alarms(self):
        deployed = stack.main(DeploymentType="Canary10Percent10Minutes")
        group = deployed["GraphqlFunctionDeploymentGroup"]
        self.assertEqual(group["DeploymentConfigName"], "CodeDeployDefault.LambdaCanary10Percent10Minutes")
        self.assertTrue(group["AlarmConfiguration"]["Enabled"])
        names = {alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]}
        self.assertEqual(
            names, {f"<Watch.Outputs.{name}>" for name in ("ErrorsAlarm", "FaultsAlarm", "LatencyAlarm")}
        )
        self.assertIn("DEPLOYMENT_STOP_ON_ALARM", group["AutoRollbackConfiguration"]["Events"])
        alias = deployed.resources["GraphqlFunctionAliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        self.assertEqual(alias["DeploymentGroupName"], "<GraphqlFunctionDeploymentGroup>")

    def test_each_of_these_alarms_goes_off_while_the_smallest_part_has_the_new_version(self):
        watch = stack.nested("Watch", stack.main())
        for name in ("ErrorsAlarm", "FaultsAlarm", "LatencyAlarm"):
            alarm = watch[name]
            self.assertLessEqual(alarm["Period"] * alarm["EvaluationPeriods"], 5 * 60, name)


def conditions_in(value, conditions):
    """The conditions that a value depends on, those of conditions included."""
    if isinstance(value, list):
        return [conditions_in(it, conditions) for it in value]
    if not isinstance(value, dict):
        return []
    found = []
    for kind, given in value.items():
        name = given[0] if kind == "Fn::If" else given if kind == "Condition" else None
        if isinstance(name, str):
            found += [conditions[name], conditions_in(conditions[name], conditions)]
        found.append(conditions_in(given, conditions))
    return found


if __name__ == "__main__":
    unittest.main()
