"""The identity that mails come from, and the rules they go out under."""

import unittest

import stack


def mail(**parameters):
    return stack.nested("Mail", stack.main(**parameters))


class Identity(unittest.TestCase):
    def test_a_domain_is_signed_for_and_its_records_are_told(self):
        domain = mail()
        identity = domain["Identity"]
        self.assertEqual(identity["EmailIdentity"], "example.com")
        self.assertTrue(identity["DkimAttributes"]["SigningEnabled"])
        self.assertEqual(identity["DkimSigningAttributes"]["NextSigningKeyLength"], "RSA_2048_BIT")
        self.assertEqual(domain.outputs["Records"].count(" CNAME "), 3)

    def test_a_single_address_will_do_to_begin_with(self):
        address = mail(MailIdentity="me@example.com", EmailFrom="me@example.com")
        self.assertEqual(address["Identity"]["EmailIdentity"], "me@example.com")
        self.assertNotIn("DkimAttributes", address["Identity"])
        self.assertEqual(address.outputs["Records"], "none")

    def test_an_identity_that_ses_has_already_is_not_made_again(self):
        self.assertNotIn("Identity", mail(CreateMailIdentity="false").resources)

    def test_it_stays_when_the_stack_goes_but_not_when_the_stack_never_came(self):
        self.assertEqual(mail().resources["Identity"]["DeletionPolicy"], "RetainExceptOnCreate")
        self.assertEqual(mail().resources["Identity"]["UpdateReplacePolicy"], "Retain")


class Rules(unittest.TestCase):
    def setUp(self):
        self.set = mail()["ConfigurationSet"]

    def test_no_letter_is_handed_over_in_the_clear(self):
        self.assertEqual(self.set["DeliveryOptions"]["TlsPolicy"], "REQUIRE")

    def test_its_reputation_is_measured(self):
        self.assertTrue(self.set["ReputationOptions"]["ReputationMetricsEnabled"])

    def test_who_could_not_be_reached_or_has_complained_is_not_written_to_again(self):
        self.assertEqual(sorted(self.set["SuppressionOptions"]["SuppressedReasons"]), ["BOUNCE", "COMPLAINT"])

    def test_the_function_sends_under_these_rules(self):
        variables = stack.main()["GraphqlFunction"]["Environment"]["Variables"]
        self.assertEqual(variables["SES_CONFIGURATION_SET"], "<Mail.Outputs.ConfigurationSet>")
        self.assertEqual(mail().outputs["ConfigurationSet"], "<ConfigurationSet>")


if __name__ == "__main__":
    unittest.main()
