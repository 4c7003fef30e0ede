import assert from "node:assert/strict";
import { test } from "node:test";

import { Kind, buildSchema, parse, validate } from "graphql";

import { endpoints, mailbox, publishedSchema } from "../local";

const journey = ["Register", "VerifyAccount", "TokenAuth", "Me", "RefreshToken", "PasswordChange", "RevokeToken"];

/** What a page gives to GraphiQL. */
interface Settings {
  readonly endpoint: string;
  readonly document: string;
  readonly headers: string;
}

for (const [dialect, page] of [["plain", "/graphiql"], ["relay", "/graphiql/relay"], ["gqlauth", "/graphiql/gqlauth"]] as const) {
  test(`GraphiQL for ${dialect} starts with a journey in that dialect, and a header to fill in`, async () => {
    const { endpoint, document, headers } = await settingsOf(page);
    assert.equal(endpoint, endpoints[dialect]);
    assert.deepEqual(JSON.parse(headers), { Authorization: "JWT <token>" });

    const parsed = parse(document);
    assert.deepEqual(validate(buildSchema(publishedSchema(dialect)), parsed), []);
    const steps = parsed.definitions.map((step) => step.kind === Kind.OPERATION_DEFINITION && step.name?.value);
    assert.deepEqual(steps, journey);
  });
}

async function settingsOf(page: string): Promise<Settings> {
  const html = await (await fetch(`${mailbox}${page}`)).text();
  const settings = /<script type="application\/json" id="settings">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(settings ?? "") as Settings;
}
