"""The function may do what the stories were seen to need, and nothing else."""

import json
import unittest

import stack

TABLES = {
    "AccountsTable": "<Tables.Outputs.AccountsTableArn>",
    "SessionsTable": "<Tables.Outputs.SessionsTableArn>",
    "ChallengesTable": "<Tables.Outputs.ChallengesTableArn>",
}
RESTORED = "arn:aws:dynamodb:eu-central-1:123456789012:table/accounts-restored"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234"


def statements(**parameters):
    """The statements of all policies that are written here."""
    role = stack.main(**parameters)["GraphqlFunctionRole"]
    documents = [policy["PolicyDocument"] for policy in role["Policies"]]
    return [statement for document in documents for statement in document["Statement"]]


def as_list(value):
    return value if isinstance(value, list) else [value]


def granted(service, **parameters):
    """Each action of a service with the resources that it is allowed on."""
    found = {}
    for statement in statements(**parameters):
        for action in as_list(statement["Action"]):
            if action.startswith(f"{service}:"):
                found.setdefault(action.removeprefix(f"{service}:"), set()).update(as_list(statement["Resource"]))
    return found


def wanted(tables):
    """What infra/operations.json asks for."""
    found = {}
    for place, operations in json.loads((stack.INFRA / "operations.json").read_text()).items():
        table, _, index = place.partition("/")
        arn = f"{tables[table]}/{index}" if index else tables[table]
        for operation in operations:
            found.setdefault(operation, set()).add(arn)
    return found


class Policy(unittest.TestCase):
    def test_the_tables_are_open_to_the_operations_on_record_and_to_no_others(self):
        self.assertEqual(granted("dynamodb"), wanted(TABLES))

    def test_a_restored_table_takes_the_place_of_its_original(self):
        tables = {**TABLES, "AccountsTable": RESTORED}
        self.assertEqual(granted("dynamodb", RestoredAccountsTable="accounts-restored"), wanted(tables))

    def test_no_table_is_read_as_a_whole_and_nothing_is_open_by_a_pattern(self):
        for statement in statements(KmsKeyArn=KEY):
            self.assertEqual(statement["Effect"], "Allow")
            for resource in as_list(statement["Resource"]):
                self.assertNotIn("*", resource)
            for action in as_list(statement["Action"]):
                if not action.startswith("kms:"):
                    self.assertNotIn("*", action)
                self.assertNotIn("Scan", action)

    def test_mail_goes_out_from_one_identity_one_set_and_one_address(self):
        (mail,) = [it for it in statements() if "ses:SendEmail" in it["Action"]]
        self.assertEqual(mail["Action"], "ses:SendEmail")
        ses = "arn:aws:ses:eu-central-1:123456789012"
        resources = [f"{ses}:identity/example.com", f"{ses}:configuration-set/<Mail.Outputs.ConfigurationSet>"]
        self.assertEqual(mail["Resource"], resources)
        self.assertEqual(mail["Condition"], {"StringEqualsIgnoreCase": {"ses:FromAddress": "noreply@example.com"}})

    def test_in_the_sandbox_one_recipient_may_be_written_to(self):
        resources = granted("ses", MailSandboxRecipient="me@example.org")["SendEmail"]
        self.assertIn("arn:aws:ses:eu-central-1:123456789012:identity/me@example.org", resources)
        self.assertEqual(len(resources), 3)

    def test_a_key_may_be_used_only_if_there_is_one_and_only_through_the_tables(self):
        self.assertEqual(granted("kms"), {})
        (key,) = [it for it in statements(KmsKeyArn=KEY) if "kms:Decrypt" in it["Action"]]
        self.assertEqual(key["Resource"], KEY)
        self.assertEqual(key["Condition"], {"StringEquals": {"kms:ViaService": "dynamodb.eu-central-1.amazonaws.com"}})

    def test_nothing_else_is_allowed(self):
        services = {action.split(":")[0] for it in statements(KmsKeyArn=KEY) for action in as_list(it["Action"])}
        self.assertEqual(services, {"dynamodb", "ses", "kms"})
        role = stack.main()["GraphqlFunctionRole"]
        # Leave to write its own log.
        (managed,) = role["ManagedPolicyArns"]
        self.assertTrue(managed.endswith("AWSLambdaBasicExecutionRole"))

    def test_only_this_api_may_call_the_function(self):
        (permission,) = stack.main().of_type("AWS::Lambda::Permission").values()
        self.assertEqual(permission["Principal"], "apigateway.amazonaws.com")
        self.assertEqual(permission["SourceArn"], "arn:aws:execute-api:eu-central-1:123456789012:<Api>/*")


if __name__ == "__main__":
    unittest.main()
