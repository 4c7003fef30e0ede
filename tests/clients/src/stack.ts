import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../../../..");
const program = join(process.env["CARGO_TARGET_DIR"] ?? join(repository, "target"), "debug", "local");

/** The function may have to be compiled before it answers. */
const patience = 10 * 60_000;

/** What `make dev` starts, on free ports and with nothing in its tables. */
export class LocalStack {
  readonly functionUrl: string;
  readonly mailboxUrl: string;
  readonly #ports: readonly number[];
  readonly #folder: string;
  readonly #process: ChildProcess;
  #output = "";

  private constructor(ports: readonly [number, number, number], folder: string, settings: Record<string, string>) {
    const [functionPort, databasePort, mailboxPort] = ports;
    this.functionUrl = `http://127.0.0.1:${functionPort}`;
    this.mailboxUrl = `http://127.0.0.1:${mailboxPort}`;
    this.#ports = ports;
    this.#folder = folder;
    this.#process = spawn(program, {
      cwd: repository,
      env: {
        ...process.env,
        ...settings,
        LATCHKEY_PORT: `${functionPort}`,
        LATCHKEY_DATABASE_PORT: `${databasePort}`,
        LATCHKEY_MAILBOX_PORT: `${mailboxPort}`,
        LATCHKEY_DATA_DIR: folder,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C reaches the runner alone, which then ends this.
      detached: true,
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
  }

  /** Starts everything, the function with these settings, and returns when it answers, or when it is interrupted. */
  static async start(settings: Record<string, string>, interrupted: AbortSignal): Promise<LocalStack> {
    const ports = await freePorts();
    const folder = await mkdtemp(join(tmpdir(), "latchkey-clients-"));
    const stack = new LocalStack(ports, folder, settings);
    try {
      await stack.#isReady(interrupted);
    } catch (error) {
      await stack.stop().catch(() => undefined);
      throw error;
    }
    return stack;
  }

  /** What all parts have said. */
  get output(): string {
    return this.#output;
  }

  /** Asks for the end as Ctrl-C does; throws when something has not ended in order. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null && this.#process.pid !== undefined) {
      const ended = once(this.#process, "close");
      this.#process.kill("SIGINT");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
    if (this.#process.exitCode !== 0) {
      throw new Error(`the local stack ended with ${this.#process.exitCode ?? this.#process.signalCode}`);
    }
    for (const port of this.#ports) {
      if (await answers(port)) throw new Error(`something still listens on port ${port}`);
    }
  }

  async #isReady(interrupted: AbortSignal): Promise<void> {
    let trouble: string | undefined;
    this.#process.once("error", (cause) => (trouble = `${program}: ${cause.message}`));
    this.#process.once("close", () => (trouble ??= "the local stack does not start"));
    for (const started = Date.now(); !this.#output.includes("Latchkey is ready."); ) {
      if (interrupted.aborted) trouble ??= "interrupted";
      if (Date.now() - started > patience) trouble ??= "the local stack is never ready";
      if (trouble) throw new Error(`${trouble}\n${this.#output}`);
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }
}

/** Three ports that nobody listens on, below those that systems give to outgoing connections. */
async function freePorts(): Promise<[number, number, number]> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const ports: [number, number, number] = [first, first + 1, first + 2];
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return ports;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const server = createServer()
      .once("error", () => tell(false))
      .listen(port, "127.0.0.1", () => server.close(() => tell(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const socket = connect(port, "127.0.0.1")
      .once("error", () => tell(false))
      .once("connect", () => {
        socket.destroy();
        tell(true);
      });
  });
}
