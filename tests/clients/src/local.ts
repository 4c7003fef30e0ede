// What tests know of the local stack that the runner has started.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { request } from "graphql-request";

import { type VerifyTokenMutation, VerifyTokenDocument } from "../generated/plain";
import { isRefused } from "./refusals";

/** The address of a dialect. */
export const endpoints = {
  plain: `${given("LATCHKEY_FUNCTION_URL")}/graphql`,
  relay: `${given("LATCHKEY_FUNCTION_URL")}/graphql/relay`,
  gqlauth: `${given("LATCHKEY_FUNCTION_URL")}/graphql/gqlauth`,
};

/** The address of the mailbox and its neighbours. */
export const mailbox = given("LATCHKEY_MAILBOX_URL");

/** The SDL that the repository publishes for a dialect. */
export function publishedSchema(dialect: keyof typeof endpoints): string {
  return readFileSync(resolve(__dirname, `../../../../functions/graphql/schema/${dialect}.graphql`), "utf8");
}

/** The token in the link of the newest letter to an address. */
export async function tokenMailedTo(address: string): Promise<string> {
  const answer = await fetch(`${mailbox}/letters`);
  const letters = (await answer.json()) as { to: string[]; text: string }[];
  const text = letters.find(({ to }) => to.includes(address))?.text ?? "";
  const token = /\/activate\/([\w.~-]+)/.exec(text)?.[1];
  if (!token) throw new Error(`no letter to ${address} has a link:\n${text}`);
  return token;
}

/** Returns when the service says that the access token has expired. */
export async function hasExpired(token: string): Promise<void> {
  let answer: VerifyTokenMutation["verifyToken"];
  while (!isRefused(answer?.errors, "nonFieldErrors", "expired_token")) {
    await new Promise((wake) => setTimeout(wake, 100));
    ({ verifyToken: answer } = await request(endpoints.plain, VerifyTokenDocument, { token }));
  }
}

function given(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: \`make clients\` starts the local stack and sets it`);
  return value;
}
