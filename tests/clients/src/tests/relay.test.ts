import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import {
  Environment,
  type GraphQLSingularResponse,
  Network,
  RecordSource,
  Store,
  commitMutation,
  fetchQuery,
} from "relay-runtime";

import meQuery, { type documentsMeQuery } from "../../generated/relay/documentsMeQuery.graphql";
import nodeQuery, { type documentsNodeQuery } from "../../generated/relay/documentsNodeQuery.graphql";
import peopleQuery, { type documentsPeopleQuery } from "../../generated/relay/documentsPeopleQuery.graphql";
import updateAccountMutation, {
  type documentsUpdateAccountMutation,
} from "../../generated/relay/documentsUpdateAccountMutation.graphql";
import { GraphqlRequestOnRelay } from "../clients/graphql_request";
import { endpoints, tokenMailedTo } from "../local";

const password = "correct horse battery";

describe("Relay, with what relay-compiler has made of the published schema", () => {
  const client = new GraphqlRequestOnRelay(endpoints.relay);
  // The client of the journey brings the tokens and their refresh; the rest is Relay's own.
  const network = Network.create(async ({ text }, variables) => {
    const data = await client.ask(() => client.http.request<object>(text ?? "", variables));
    return { data } as GraphQLSingularResponse;
  });
  const relay = new Environment({ network, store: new Store(new RecordSource()) });

  before(async () => {
    for (const username of ["vera", "wilma"]) {
      await client.register(`${username}@example.com`, username, password);
    }
    await client.verifyAccount(await tokenMailedTo("wilma@example.com"));
    await client.logIn("wilma", password);
  });

  test("a person is found by the global identifier that `me` shows", async () => {
    const me = (await fetchQuery<documentsMeQuery>(relay, meQuery, {}).toPromise())?.me;
    assert.equal(me?.username, "wilma");
    const found = await fetchQuery<documentsNodeQuery>(relay, nodeQuery, { id: me.id }).toPromise();
    assert.deepEqual(found?.node, { id: me.id, username: "wilma" });
  });

  test("a mutation echoes its clientMutationId", async () => {
    const input = { firstName: "Wilma", clientMutationId: "7" };
    const answer = await new Promise((onCompleted, onError) => {
      const config = { mutation: updateAccountMutation, variables: { input }, onCompleted, onError };
      commitMutation<documentsUpdateAccountMutation>(relay, config);
    });
    assert.deepEqual(answer, { updateAccount: { success: true, errors: null, clientMutationId: "7" } });
  });

  test("a connection grows by the page behind its cursor", async () => {
    const page = async (after: string | null) =>
      (await fetchQuery<documentsPeopleQuery>(relay, peopleQuery, { first: 1, after }).toPromise())?.users;
    const first = await page(null);
    assert.equal(first?.edges.length, 1);
    const both = await page(first.pageInfo.endCursor ?? null);
    assert.equal(both?.edges.length, 2);
    assert.deepEqual(both.edges[0], first.edges[0]);
    assert.notDeepEqual(both.edges[1], first.edges[0]);
  });
});
