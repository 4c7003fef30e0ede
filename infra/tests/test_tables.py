"""The tables: what must never change, what guards them, and that others can read their file."""

import json
import unittest

import yaml

import stack

KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234"
LITERAL = ["KeySchema", "AttributeDefinitions", "TimeToLiveSpecification"]
LITERAL_IN_INDEX = ["IndexName", "KeySchema", "Projection"]


class SimpleReader(yaml.SafeLoader):
    """Knows literals and !Sub, and nothing else of CloudFormation."""


SimpleReader.add_constructor("!Sub", lambda loader, node: f"!Sub {node.value}")


def read_simply():
    template = yaml.load((stack.INFRA / "tables.yaml").read_text(), SimpleReader)
    found = template["Resources"].items()
    return {name: it for name, it in found if it["Type"] == "AWS::DynamoDB::Table"}


def shape(properties):
    """What cannot be changed without making the table, or an index of it, anew."""
    found = {
        "keys": {key["AttributeName"]: key["KeyType"] for key in properties["KeySchema"]},
        "attributes": {it["AttributeName"]: it["AttributeType"] for it in properties["AttributeDefinitions"]},
        "indexes": {
            index["IndexName"]: {
                "keys": {key["AttributeName"]: key["KeyType"] for key in index["KeySchema"]},
                "projection": index["Projection"]["ProjectionType"],
            }
            for index in properties.get("GlobalSecondaryIndexes", [])
        },
    }
    expiry = properties.get("TimeToLiveSpecification")
    return {**found, "expires": expiry["AttributeName"]} if expiry else found


def tables(**parameters):
    return stack.nested("Tables", stack.main(**parameters)).of_type("AWS::DynamoDB::Table")


def is_literal(value):
    if isinstance(value, dict):
        return all(not key.startswith(("Fn::", "Ref")) and is_literal(it) for key, it in value.items())
    if isinstance(value, list):
        return all(is_literal(it) for it in value)
    return not str(value).startswith("!Sub")


class Shape(unittest.TestCase):
    def test_no_change_that_would_replace_a_table_slips_through(self):
        record = json.loads((stack.INFRA / "tables.shape.json").read_text())
        found = {name: shape(properties) for name, properties in tables().items()}
        self.assertEqual(found, record, "CloudFormation would make a table anew, empty; see infra/tables.shape.json")

    def test_the_names_of_the_tables_are_left_to_cloudformation_and_their_stack_keeps_its_name(self):
        for name, properties in tables().items():
            self.assertNotIn("TableName", properties, name)
        self.assertTrue(stack.main()["Tables"]["TemplateURL"].endswith("tables.yaml"))

    def test_a_simple_reader_sees_keys_attributes_indexes_and_expiry_as_literals(self):
        for name, table in read_simply().items():
            properties = table["Properties"]
            for part in LITERAL:
                self.assertTrue(is_literal(properties.get(part)), f"{name}: {part}")
            for index in properties.get("GlobalSecondaryIndexes", []):
                for part in LITERAL_IN_INDEX:
                    self.assertTrue(is_literal(index[part]), f"{name}: {part}")

    def test_no_password_hash_is_copied_into_an_index(self):
        (index,) = tables()["AccountsTable"]["GlobalSecondaryIndexes"]
        self.assertNotIn("password_hash", index["Projection"]["NonKeyAttributes"])


class Guards(unittest.TestCase):
    def test_accounts_are_kept_whatever_becomes_of_the_stack(self):
        accounts = read_simply()["AccountsTable"]
        self.assertEqual(accounts["DeletionPolicy"], "Retain")
        self.assertEqual(accounts["UpdateReplacePolicy"], "Retain")
        self.assertTrue(accounts["Properties"]["DeletionProtectionEnabled"])
        recovery = accounts["Properties"]["PointInTimeRecoverySpecification"]
        self.assertTrue(recovery["PointInTimeRecoveryEnabled"])
        parent = stack.transformed()["Resources"]["Tables"]
        self.assertEqual(parent["DeletionPolicy"], "Retain")
        self.assertEqual(parent["UpdateReplacePolicy"], "Retain")

    def test_what_expires_disappears(self):
        for name in ("SessionsTable", "ChallengesTable"):
            self.assertTrue(tables()[name]["TimeToLiveSpecification"]["Enabled"], name)

    def test_every_table_is_paid_by_the_request_encrypted_and_tagged(self):
        for name, properties in tables().items():
            self.assertEqual(properties["BillingMode"], "PAY_PER_REQUEST", name)
            self.assertEqual(properties["SSESpecification"], {"SSEEnabled": True, "SSEType": "KMS"}, name)
            tags = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
            self.assertEqual((tags["service"], tags["stack"]), ("latchkey", "latchkey"), name)

    def test_an_own_key_encrypts_every_table(self):
        for name, properties in tables(KmsKeyArn=KEY).items():
            self.assertEqual(properties["SSESpecification"]["KMSMasterKeyId"], KEY, name)

    def test_there_is_no_ceiling_unless_one_is_given(self):
        self.assertNotIn("OnDemandThroughput", str(tables()))

    def test_a_ceiling_is_over_every_table_and_index(self):
        both = {"MaxReadRequestUnits": "40", "MaxWriteRequestUnits": "20"}
        for name, properties in tables(MaxReadUnits=40, MaxWriteUnits=20).items():
            for it in [properties, *properties.get("GlobalSecondaryIndexes", [])]:
                self.assertEqual(it["OnDemandThroughput"], both, name)

    def test_a_ceiling_can_be_over_reads_or_writes_alone(self):
        reads = tables(MaxReadUnits=40)["SessionsTable"]
        self.assertEqual(reads["OnDemandThroughput"], {"MaxReadRequestUnits": "40"})
        writes = tables(MaxWriteUnits=20)["SessionsTable"]
        self.assertEqual(writes["OnDemandThroughput"], {"MaxWriteRequestUnits": "20"})


if __name__ == "__main__":
    unittest.main()
