import assert from "node:assert/strict";
import { type TestContext, describe, test } from "node:test";

import type { Client } from "../client";
import { apolloOnPlain } from "../clients/apollo";
import { GraphqlRequestOnRelay } from "../clients/graphql_request";
import { urqlOnGqlauth } from "../clients/urql";
import { endpoints, hasExpired, tokenMailedTo } from "../local";

const success = { success: true, errors: null };

describe("a whole journey", { concurrency: true }, () => {
  test("with Apollo Client on plain", (t) => journey(t, "apollo", endpoints.plain, apolloOnPlain));
  test("with urql on gqlauth", (t) => journey(t, "urql", endpoints.gqlauth, urqlOnGqlauth));
  test("with graphql-request on relay", (t) =>
    journey(t, "request", endpoints.relay, (url) => new GraphqlRequestOnRelay(url)));
});

/** Addresses at which refreshes get no answer. */
const broken = new Set<string>();
const connected = globalThis.fetch;
globalThis.fetch = (address, request) =>
  broken.has(`${address}`) && `${request?.body}`.includes("mutation RefreshToken")
    ? Promise.reject(new TypeError("no connection"))
    : connected(address, request);

async function journey(t: TestContext, username: string, url: string, make: (url: string) => Client) {
  const email = `${username}@example.com`;
  const password = "correct horse battery";
  const newPassword = "staple and much more";
  const person = { username, email, verified: true };
  const client = make(url);

  await t.test("a bad form is refused field by field", async () => {
    const { success, errors } = await client.register(email, username, "12345");
    const codes = errors?.["password2"]?.map(({ code }) => code);
    assert.equal(success, false);
    assert.deepEqual(codes, ["password_too_short", "password_too_common", "password_entirely_numeric"]);
  });

  await t.test("registers, and verifies with the token of the letter", async () => {
    assert.deepEqual(await client.register(email, username, password), success);
    assert.deepEqual(await client.verifyAccount(await tokenMailedTo(email)), success);
    assert.equal(await client.me(), null);
  });

  await t.test("logs in", async () => {
    assert.deepEqual(await client.logIn(username, password), success);
    assert.deepEqual(await client.me(), person);
  });

  await t.test("asks with new tokens once the access token has expired", async () => {
    const old = await expired(client);
    assert.deepEqual(await client.me(), person);
    assert.notEqual(client.session.tokens?.access, old.access);
    assert.notEqual(client.session.tokens?.refresh, old.refresh);
  });

  await t.test("keeps its tokens when a refresh gets no answer", async () => {
    const held = await expired(client);
    broken.add(url);
    await assert.rejects(client.me());
    broken.delete(url);
    assert.deepEqual(client.session.tokens, held);
  });

  await t.test("changes the password, though the access token has expired before", async () => {
    await expired(client);
    assert.deepEqual(await client.changePassword(password, newPassword), success);
    assert.deepEqual(await client.me(), person);
  });

  await t.test("logs out, which ends the session", async () => {
    const { tokens } = client.session;
    assert.ok(tokens);
    assert.deepEqual(await client.logOut(), success);
    assert.equal(await client.me(), null);

    const otherTab = make(url);
    otherTab.session.open(tokens);
    await hasExpired(tokens.access);
    assert.equal(await otherTab.me(), null);
    assert.equal(otherTab.session.tokens, null);
  });
}

/** The tokens that the client holds, when the access token is no longer good. */
async function expired({ session }: Client) {
  assert.ok(session.tokens);
  const held = session.tokens;
  await hasExpired(held.access);
  return held;
}
