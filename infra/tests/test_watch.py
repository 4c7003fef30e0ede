"""What wakes somebody up, and what they see then."""

import json
import unittest

import stack

# Metrics of the function itself, and the dimensions it gives them.
OWN = {
    "Faults",
    "HashTime",
    "Logins",
    "LoginsRefused",
    "MailsFailed",
    "MailsSent",
    "Refusals",
    "Registrations",
    "TooManyTries",
}


def watch(**parameters):
    return stack.nested("Watch", stack.main(**parameters))


def alarms():
    return watch().of_type("AWS::CloudWatch::Alarm")


class Alarms(unittest.TestCase):
    def test_everything_that_a_person_should_know_of_has_an_alarm(self):
        metrics = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms().values()}
        wanted = {
            ("AWS/Lambda", "Errors"),
            ("AWS/Lambda", "Throttles"),
            ("AWS/ApiGateway", "5xx"),
            ("AWS/ApiGateway", "Latency"),
            ("AWS/DynamoDB", "ReadThrottleEvents"),
            ("AWS/DynamoDB", "WriteThrottleEvents"),
            ("AWS/SES", "Reputation.BounceRate"),
            ("AWS/SES", "Reputation.ComplaintRate"),
            ("Latchkey", "Faults"),
            ("Latchkey", "MailsFailed"),
            ("Latchkey", "TooManyTries"),
        }
        self.assertEqual(metrics, wanted)

    def test_every_table_is_watched_in_both_directions_and_its_index_too(self):
        watched = set()
        for alarm in alarms().values():
            if alarm["Namespace"] == "AWS/DynamoDB":
                dimensions = {it["Name"]: it["Value"] for it in alarm["Dimensions"]}
                index = dimensions.get("GlobalSecondaryIndexName")
                watched.add((alarm["MetricName"], dimensions["TableName"], index))
        tables = [f"<Tables.Outputs.{name}TableName>" for name in ("Accounts", "Sessions", "Challenges")]
        places = [(table, None) for table in tables] + [(tables[0], "by_joined")]
        directions = ("ReadThrottleEvents", "WriteThrottleEvents")
        self.assertEqual(watched, {(direction, *place) for direction in directions for place in places})

    def test_a_restored_table_is_watched_instead_of_its_original(self):
        watched = str(watch(RestoredAccountsTable="accounts-restored").of_type("AWS::CloudWatch::Alarm"))
        self.assertIn("accounts-restored", watched)
        self.assertNotIn("AccountsTableName", watched)

    def test_each_alarm_tells_when_it_begins_and_when_it_is_over_and_a_quiet_hour_is_no_alarm(self):
        for name, alarm in alarms().items():
            self.assertEqual(alarm["AlarmActions"], ["<Topic>"], name)
            self.assertEqual(alarm["OKActions"], ["<Topic>"], name)
            self.assertEqual(alarm["TreatMissingData"], "notBreaching", name)
            self.assertTrue(alarm["AlarmDescription"], name)

    def test_metrics_of_the_function_are_known_by_its_name(self):
        for name, alarm in alarms().items():
            if alarm["Namespace"] == "Latchkey":
                self.assertIn(alarm["MetricName"], OWN, name)
                dimension = {"Name": "function", "Value": "<GraphqlFunction>"}
                self.assertEqual(alarm["Dimensions"], [dimension], name)

    def test_how_many_tries_are_a_storm_can_be_said(self):
        self.assertEqual(watch(TooManyTriesPerFiveMinutes=7)["TooManyTriesAlarm"]["Threshold"], "7")


class Telling(unittest.TestCase):
    def test_an_address_is_written_to_if_there_is_one(self):
        self.assertEqual(watch().of_type("AWS::SNS::Subscription"), {})
        (subscription,) = watch(AlarmEmail="ops@example.com").of_type("AWS::SNS::Subscription").values()
        self.assertEqual(subscription["Endpoint"], "ops@example.com")
        self.assertEqual(subscription["TopicArn"], "<Topic>")

    def test_only_alarms_and_budgets_of_this_account_may_tell_something(self):
        (statement,) = watch()["TopicPolicy"]["PolicyDocument"]["Statement"]
        services = statement["Principal"]["Service"]
        self.assertEqual(sorted(services), ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"])
        self.assertEqual(statement["Condition"], {"StringEquals": {"aws:SourceAccount": "123456789012"}})

    def test_a_budget_is_reported_before_and_after_it_is_used_up(self):
        budget = watch(MonthlyBudget=7)["Budget"]
        self.assertEqual(budget["Budget"]["BudgetLimit"], {"Amount": "7", "Unit": "USD"})
        told = {it["Notification"]["NotificationType"] for it in budget["NotificationsWithSubscribers"]}
        self.assertEqual(told, {"ACTUAL", "FORECASTED"})
        self.assertNotIn("Budget", watch(MonthlyBudget=0).resources)


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.widgets = json.loads(watch()["Dashboard"]["DashboardBody"])["widgets"]

    def test_widgets_lie_side_by_side(self):
        taken = set()
        for widget in self.widgets:
            self.assertLessEqual(widget["x"] + widget["width"], 24)
            for x in range(widget["x"], widget["x"] + widget["width"]):
                for y in range(widget["y"], widget["y"] + widget["height"]):
                    self.assertNotIn((x, y), taken, widget["properties"]["title"])
                    taken.add((x, y))

    def test_it_shows_each_metric_of_the_function(self):
        shown = json.dumps(self.widgets)
        for metric in OWN:
            self.assertTrue(f'"{metric}"' in shown or f"MetricName={metric}" in shown, metric)


if __name__ == "__main__":
    unittest.main()
