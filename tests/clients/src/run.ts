// Starts the local stack, runs the tests against it, and ends it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { LocalStack } from "./stack";

/** Access tokens that expire soon, so that clients meet expired ones; and people who may look each other up. */
const settings = { JWT_EXPIRATION_DELTA: "6", USERS_QUERY_ACCESS: "authenticated" };

async function main(): Promise<number> {
  const interruption = new AbortController();
  // However a run is cut short, the stack is ended.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => interruption.abort());

  console.log("Starting the local stack (it compiles what has changed) ...");
  const stack = await LocalStack.start(settings, interruption.signal);
  let code = 1;
  try {
    code = await test(stack, interruption.signal);
    if (code !== 0) console.error(`What the local stack has said:\n${withoutEvents(stack.output)}`);
  } finally {
    await stack.stop();
  }
  console.log("The local stack has ended.");
  return code;
}

/** Events of accounts are told in hundreds of lines, and are seldom the reason. */
function withoutEvents(output: string): string {
  return output
    .split("\n")
    .filter((line) => !line.includes('"level":"INFO"'))
    .join("\n");
}

async function test(stack: LocalStack, interrupted: AbortSignal): Promise<number> {
  const folder = join(__dirname, "tests");
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.js"));
  const tests = spawn(process.execPath, ["--test", "--test-reporter=spec", ...files.map((name) => join(folder, name))], {
    env: { ...process.env, LATCHKEY_FUNCTION_URL: stack.functionUrl, LATCHKEY_MAILBOX_URL: stack.mailboxUrl },
    stdio: "inherit",
  });
  interrupted.addEventListener("abort", () => tests.kill());
  const [code] = (await once(tests, "exit")) as [number | null];
  return code ?? 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
