"""Smoke finds nothing wrong with a service that is right, and each single thing that is wrong with another."""

import http.server
import importlib.machinery
import importlib.util
import json
import threading
import unittest
import urllib.parse

import stack

LOADER = importlib.machinery.SourceFileLoader("smoke", str(stack.INFRA / "tools/smoke"))
smoke = importlib.util.module_from_spec(importlib.util.spec_from_loader("smoke", LOADER))
LOADER.exec_module(smoke)

SERVICE = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
REFUSED = {"nonFieldErrors": [{"message": "no", "code": "invalid_credentials"}]}


def message(text):
    return {"errors": [{"message": text}]}


def answered(path, query):
    """What the service answers to the documents that smoke sends: status and body."""
    is_gqlauth = path == "/graphql/gqlauth"
    if "__typename" in query:
        return 200, {"data": {"__typename": "Query"}}
    if "__schema" in query:
        arguments = ["input"] if path == "/graphql/relay" else ["username", "password"]
        fields = [{"name": "tokenAuth", "args": [{"name": name} for name in arguments]}]
        return 200, {"data": {"__schema": {"mutationType": {"fields": fields}}}}
    if "me {" in query:
        nobody = {"data": None, **message("Unauthenticated.")} if is_gqlauth else {"data": {"me": None}}
        return 200, nobody
    if "tokenAuth" in query:
        return 200, {"data": {"tokenAuth": {"success": False, "errors": REFUSED, "token": None}}}
    return 200 if is_gqlauth else 400, {**({"data": None} if is_gqlauth else {}), **message("no document")}


class Right(http.server.BaseHTTPRequestHandler):
    """A service that is right, as far as smoke looks."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, body, **headers):
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**SERVICE, **headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path not in smoke.ENDPOINTS:
            return self.answer(404, message("Not found."))
        (query,) = urllib.parse.parse_qs(url.query)["query"]
        if query.startswith("mutation"):
            text = "Can only perform a mutation operation from a POST request."
            return self.answer(405, message(text), Allow="POST")
        return self.answer(*answered(url.path, query))

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(405, message("GraphQL only supports GET and POST requests."), Allow="GET, POST")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) > 64 * 1024:
            return self.answer(413, message("Request body too large."))
        if self.headers["Content-Type"] != "application/json":
            return self.answer(415, message("The content type must be application/json."))
        asked = json.loads(body)
        if not isinstance(asked, dict):
            return self.answer(400, message("The received data is not a valid JSON query."))
        return self.answer(*answered(self.path, asked["query"]))

    def log_message(self, *_):
        pass


def failures(handler):
    """The checks that fail against a service."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        return smoke.check(f"http://127.0.0.1:{server.server_port}/graphql", say=lambda _: None)
    finally:
        server.shutdown()
        server.server_close()


def changing(change):
    """A service whose answers go through `change(handler, status, body, headers)` first."""

    class Wrong(Right):
        def answer(self, status, body, **headers):
            status, body, headers = change(self, status, body, {**SERVICE, **headers})
            super().answer(status, body, **headers)

    return Wrong


def with_status(wrong, right):
    return changing(lambda handler, status, body, headers: (wrong if status == right else status, body, headers))


def with_body(is_meant, other):
    def change(handler, status, body, headers):
        return status, other if is_meant(handler, json.dumps(body)) else body, headers

    return changing(change)


class Smoke(unittest.TestCase):
    def test_a_service_that_is_right_passes(self):
        self.assertEqual(failures(Right), [])

    def test_behind_the_gateway_another_method_is_not_found(self):
        class Gateway(Right):
            def do_PUT(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(404, {"message": "Not Found"})

        self.assertEqual(failures(Gateway), [])

    def test_nobody_there_is_wrong(self):
        self.assertEqual(len(smoke.check("http://127.0.0.1:1", say=lambda _: None)), len(smoke.CHECKS))

    def test_each_wrong_status_is_found(self):
        for status, check in {
            404: "another_path_is_not_found",
            405: "a_mutation_by_get_is_refused",
            413: "too_large_a_body_is_refused",
            415: "another_media_type_is_refused",
            400: "a_batch_is_refused",
        }.items():
            self.assertIn(check, failures(with_status(500, status)), status)

    def test_each_wrong_header_is_found(self):
        for name, value in {"Cache-Control": "private", "Content-Type": "text/html"}.items():
            other = changing(lambda handler, status, body, headers: (status, body, {**headers, name: value}))
            self.assertIn("each_endpoint_answers", failures(other), name)
        kept = changing(lambda handler, status, body, headers: (status, body, {**headers, "Allow": "PUT"}))
        self.assertEqual(failures(kept), ["a_mutation_by_get_is_refused", "another_method_is_refused"])

    def test_a_closed_endpoint_is_found(self):
        for endpoint in smoke.ENDPOINTS:
            closed = with_body(lambda handler, _: handler.path.split("?")[0] == endpoint, message("closed"))
            self.assertIn("each_endpoint_answers", failures(closed), endpoint)

    def test_a_schema_without_login_is_found(self):
        empty = {"data": {"__schema": {"mutationType": {"fields": []}}}}
        without = with_body(lambda _, body: "__schema" in body, empty)
        self.assertIn("each_endpoint_shows_its_schema", failures(without))

    def test_a_stranger_who_is_somebody_is_found(self):
        somebody = with_body(lambda _, body: '"me": null' in body, {"data": {"me": {"id": "1"}}})
        self.assertEqual(failures(somebody), ["nobody_is_nobody", "a_token_that_is_none_is_nobody"])

    def test_a_stranger_who_is_let_in_is_found(self):
        let_in = {"data": {"tokenAuth": {"success": True, "errors": None, "token": "x"}}}
        open_door = with_body(lambda _, body: "invalid_credentials" in body, let_in)
        self.assertEqual(failures(open_door), ["an_unknown_name_is_not_let_in"])


if __name__ == "__main__":
    unittest.main()
