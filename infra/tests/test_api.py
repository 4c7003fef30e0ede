"""The API: what reaches the function, how fast, from which pages, and what is noted of it."""

import json
import re
import unittest

import stack

PATHS = ["/graphql", "/graphql/relay", "/graphql/gqlauth"]


class Api(unittest.TestCase):
    def setUp(self):
        self.stack = stack.main()

    def test_two_methods_on_three_paths_reach_the_function_and_nothing_else(self):
        routes = self.stack.of_type("AWS::ApiGatewayV2::Route").values()
        keys = sorted(route["RouteKey"] for route in routes)
        self.assertEqual(keys, sorted(f"{method} {path}" for method in ("GET", "POST") for path in PATHS))
        self.assertEqual({route["Target"] for route in routes}, {"integrations/<Integration>"})
        self.assertEqual(self.stack["Api"]["ProtocolType"], "HTTP")
        self.assertEqual(self.stack["Integration"]["PayloadFormatVersion"], "2.0")

    def test_no_page_of_another_origin_may_call_unless_its_origin_is_named(self):
        self.assertNotIn("CorsConfiguration", self.stack["Api"])
        api = stack.main(CorsOrigins="https://app.example.com,https://www.example.com")["Api"]
        cors = api["CorsConfiguration"]
        self.assertEqual(cors["AllowOrigins"], ["https://app.example.com", "https://www.example.com"])
        self.assertEqual(cors["AllowMethods"], ["GET", "POST"])
        self.assertEqual(cors["AllowHeaders"], ["content-type", "authorization"])
        self.assertFalse(cors["AllowCredentials"])

    def test_such_a_page_may_send_the_header_that_the_service_reads(self):
        api = stack.main(CorsOrigins="*", JwtAuthHeaderName="X-Token")["Api"]
        self.assertIn("X-Token", api["CorsConfiguration"]["AllowHeaders"])

    def test_requests_are_throttled(self):
        stage = stack.main(ThrottleRate=7, ThrottleBurst=9)["Stage"]["DefaultRouteSettings"]
        self.assertEqual((stage["ThrottlingRateLimit"], stage["ThrottlingBurstLimit"]), ("7", "9"))
        usual = self.stack["Stage"]["DefaultRouteSettings"]
        self.assertGreater(int(usual["ThrottlingRateLimit"]), 0)


class AccessLog(unittest.TestCase):
    def setUp(self):
        self.format = stack.main()["Stage"]["AccessLogSettings"]["Format"]

    def test_a_request_is_one_line_of_json(self):
        self.assertNotIn("\n", self.format)
        line = re.sub(r"\$context\.[\w.]+", "-", self.format)
        self.assertIn("status", json.loads(line))
        # Every value is in quotes: one that is missing is written as a bare dash.
        self.assertTrue(all(isinstance(value, str) for value in json.loads(line).values()))

    def test_it_has_neither_query_strings_nor_bodies_nor_headers(self):
        used = set(re.findall(r"\$context\.([\w.]+)", self.format))
        known = {
            "requestTime",
            "requestId",
            "identity.sourceIp",
            "routeKey",
            "status",
            "responseLength",
            "responseLatency",
            "integrationLatency",
            "error.message",
            "integrationErrorMessage",
        }
        self.assertEqual(used, known)


class OwnName(unittest.TestCase):
    NAMED = {"DomainName": "accounts.example.com", "CertificateArn": "arn:of:certificate"}

    def test_without_one_the_api_has_the_name_that_aws_gives_it(self):
        plain = stack.main()
        self.assertEqual(plain.of_type("AWS::ApiGatewayV2::DomainName"), {})
        self.assertFalse(plain["Api"]["DisableExecuteApiEndpoint"])
        self.assertEqual(plain.outputs["Url"], "https://<Api>.execute-api.eu-central-1.amazonaws.com/graphql")

    def test_with_one_it_has_no_other(self):
        named = stack.main(**self.NAMED)
        self.assertTrue(named["Api"]["DisableExecuteApiEndpoint"])
        (configuration,) = named["Domain"]["DomainNameConfigurations"]
        self.assertEqual(configuration["SecurityPolicy"], "TLS_1_2")
        self.assertEqual(named["Mapping"]["DomainName"], "<Domain>")
        self.assertNotIn("ApiMappingKey", named["Mapping"])
        self.assertEqual(named.outputs["Url"], "https://accounts.example.com/graphql")
        self.assertNotIn("Record", named.resources)

    def test_it_can_be_behind_a_path_and_in_a_zone(self):
        named = stack.main(**self.NAMED, BasePath="auth", HostedZoneId="Z1")
        self.assertEqual(named["Mapping"]["ApiMappingKey"], "auth")
        self.assertEqual(named["Record"]["HostedZoneId"], "Z1")
        self.assertEqual(named.outputs["Url"], "https://accounts.example.com/auth/graphql")

    def test_it_is_not_taken_without_a_certificate(self):
        (rule,) = [it for name, it in stack.read("template.yaml")["Rules"].items() if name.startswith("Domain")]
        self.assertIn("CertificateArn", stack.references(rule["Assertions"]))


if __name__ == "__main__":
    unittest.main()
