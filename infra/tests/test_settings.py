"""Every setting of the service is a parameter, and one that is not given is left to the code."""

import functools
import re
import unittest

import stack

# What the template gives by other means than a parameter of the setting's name.
SECRETS = {"JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEY", "JWT_PRIVATE_KEY"}
REQUIRED = {"EMAIL_FROM", "FRONTEND_URL"}
PLUMBING = {"ACCOUNTS_TABLE", "SESSIONS_TABLE", "CHALLENGES_TABLE", "SES_CONFIGURATION_SET"}


def table():
    """Names and defaults of the settings, from the table that the code parses with."""
    source = (stack.ROOT / "shared/src/settings/table.rs").read_text()
    rows = re.findall(r'row\([A-Z]+, "([A-Z_]+)", "(?:[^"\\]|\\.)*", (?:"((?:[^"\\]|\\.)*)"|REQUIRED),', source)
    assert len(rows) == len(re.findall(r"(?m)^    (?:schema\()?row\(", source)), "a row was not understood"
    return dict(rows)


def parameter(setting):
    return "".join(word.capitalize() for word in setting.split("_"))


@functools.cache
def template():
    return stack.transformed()


def variables(**parameters):
    evaluated = stack.Stack(template(), **stack.NEEDED, **parameters)
    return evaluated["GraphqlFunction"]["Environment"]["Variables"]


class Settings(unittest.TestCase):
    def setUp(self):
        self.settings = table()
        self.parameters = stack.read("template.yaml")["Parameters"]

    def test_the_table_of_the_code_was_found(self):
        self.assertGreater(len(self.settings), 50)
        self.assertEqual(self.settings["JWT_EXPIRATION_DELTA"], "5m")

    def test_each_setting_has_its_parameter_which_is_empty_unless_given(self):
        for setting in self.settings.keys() - SECRETS - REQUIRED:
            told = self.parameters[parameter(setting)]
            self.assertEqual((told["Type"], told["Default"]), ("String", ""), setting)

    def test_a_setting_that_is_not_given_is_left_to_the_code(self):
        self.assertEqual(variables().keys(), PLUMBING | REQUIRED | {"JWT_SECRET_KEY"})

    def test_a_setting_that_is_given_reaches_the_function_under_its_name(self):
        without = variables().keys()
        for setting in self.settings.keys() - SECRETS - REQUIRED:
            given = variables(**{parameter(setting): "as told"})
            self.assertEqual(given[setting], "as told")
            self.assertEqual(given.keys() - without, {setting})

    def test_the_function_gets_no_variable_that_the_code_does_not_know(self):
        function = template()["Resources"]["GraphqlFunction"]
        names = function["Properties"]["Environment"]["Variables"].keys()
        self.assertEqual(names, self.settings.keys() | PLUMBING)

    def test_mails_come_from_an_address_perhaps_with_a_name(self):
        self.assertEqual(variables()["EMAIL_FROM"], "noreply@example.com")
        named = variables(EmailFromName="Example")
        self.assertEqual(named["EMAIL_FROM"], "Example <noreply@example.com>")


class Secrets(unittest.TestCase):
    def test_the_secret_is_made_at_the_first_deployment_and_kept(self):
        made = stack.main()
        secret = made.resources["JwtSecret"]
        self.assertEqual(secret["DeletionPolicy"], "Retain")
        self.assertEqual(secret["UpdateReplacePolicy"], "Retain")
        self.assertGreaterEqual(secret["Properties"]["GenerateSecretString"]["PasswordLength"], 32)
        wanted = "{{resolve:secretsmanager:<JwtSecret>:SecretString:::}}"
        self.assertEqual(variables()["JWT_SECRET_KEY"], wanted)

    def test_a_secret_from_before_is_used_instead_and_none_is_made(self):
        again = stack.main(SecretArn="arn:of:it", SecretVersion="v1")
        self.assertNotIn("JwtSecret", again.resources)
        given = again["GraphqlFunction"]["Environment"]["Variables"]["JWT_SECRET_KEY"]
        self.assertEqual(given, "{{resolve:secretsmanager:arn:of:it:SecretString:::v1}}")

    def test_the_secret_before_the_last_change_can_stay_good(self):
        given = variables(PreviousSecretArn="arn:of:it", PreviousSecretVersion="v0")
        wanted = "{{resolve:secretsmanager:arn:of:it:SecretString:::v0}}"
        self.assertEqual(given["JWT_PREVIOUS_SECRET_KEY"], wanted)

    def test_the_key_of_rs_algorithms_comes_from_a_secret_too(self):
        given = variables(JwtAlgorithm="RS256", PrivateKeySecretArn="arn:of:key")
        self.assertEqual(given["JWT_PRIVATE_KEY"], "{{resolve:secretsmanager:arn:of:key:SecretString:::}}")

    def test_no_secret_is_a_parameter_or_an_output(self):
        names = {parameter(secret) for secret in SECRETS}
        self.assertEqual(names & template()["Parameters"].keys(), set())
        outputs = str(template()["Outputs"])
        self.assertNotIn("resolve:", outputs)
        self.assertNotIn("JwtSecret", outputs)
        resolved = [name for name, it in template()["Resources"].items() if "resolve:" in str(it)]
        self.assertEqual(resolved, ["GraphqlFunction"])


if __name__ == "__main__":
    unittest.main()
