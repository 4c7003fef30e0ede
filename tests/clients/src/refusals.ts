/** One reason why a mutation did nothing. Decide by the code; the message is for people. */
export interface Refusal {
  readonly message: string;
  readonly code: string;
}

/** `errors` of every mutation: what is refused, by argument, or under `nonFieldErrors`. */
export type Refusals = Readonly<Record<string, readonly Refusal[]>>;

/** Whether an answer has a refusal with this code under this key. */
export function isRefused(errors: Refusals | null | undefined, key: string, code: string): boolean {
  return errors?.[key]?.some((refusal) => refusal.code === code) ?? false;
}

/** What an answer may hold, in any dialect. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions?: Record<string, unknown> }[] | undefined;
}

/**
 * Whether the service took the request for one of somebody who is not logged in. It never complains of a bad access
 * token itself.
 *
 * In gqlauth, and where plain and relay list users, that is a top-level error with a code. Elsewhere in plain and relay
 * it is none: `me` is null, and a protected mutation refuses.
 */
export function isForAnonymous({ data, errors }: Result): boolean {
  if (errors?.some(({ extensions }) => extensions?.["code"] === "UNAUTHENTICATED")) return true;
  return Object.entries(data ?? {}).some(([field, answer]: [string, { errors?: Refusals } | null]) =>
    field === "me" ? answer === null : isRefused(answer?.errors, "nonFieldErrors", "unauthenticated"),
  );
}
