import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../session";

test("requests that find the access token expired share one trade", async () => {
  const session = new Session();
  session.open({ access: "a1", refresh: "r1" });
  const presented: string[] = [];
  const trade = async (refresh: string) => {
    presented.push(refresh);
    return { access: "a2", refresh: "r2" };
  };

  assert.deepEqual(await Promise.all([session.renew(trade), session.renew(trade)]), [true, true]);
  assert.deepEqual(presented, ["r1"]);
  assert.deepEqual(session.headers, { Authorization: "JWT a2" });
});

test("a refused trade closes the session, a failed one does not", async () => {
  const session = new Session();
  session.open({ access: "a1", refresh: "r1" });

  await assert.rejects(session.renew(() => Promise.reject(new Error("no network"))));
  assert.equal(session.tokens?.refresh, "r1");
  assert.equal(await session.renew(async () => null), false);
  assert.deepEqual(session.headers, {});
});
