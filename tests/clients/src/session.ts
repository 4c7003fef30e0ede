/** What a login hands out. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** Trades a refresh token for the next tokens; null when the service refuses it. */
export type Trade = (refreshToken: string) => Promise<Tokens | null>;

/** The tokens that a client holds. */
export class Session {
  #tokens: Tokens | null = null;
  #renewal: Promise<boolean> | null = null;

  get tokens(): Tokens | null {
    return this.#tokens;
  }

  /** What every request carries. Public mutations do not look at it, so it need not be left out anywhere. */
  get headers(): Record<string, string> {
    return this.#tokens ? { Authorization: `JWT ${this.#tokens.access}` } : {};
  }

  /** Holds these from now on. */
  open(tokens: Tokens): void {
    this.#tokens = tokens;
  }

  /** Forgets the tokens. */
  close(): void {
    this.#tokens = null;
  }

  /**
   * Gets the next tokens, and says whether there are any. A refusal closes the session: time to log in again.
   *
   * Requests that find the access token expired at the same time share one trade.
   */
  renew(trade: Trade): Promise<boolean> {
    this.#renewal ??= this.#renewOnce(trade).finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renewOnce(trade: Trade): Promise<boolean> {
    if (!this.#tokens) return false;
    this.#tokens = await trade(this.#tokens.refresh);
    return this.#tokens !== null;
  }
}
