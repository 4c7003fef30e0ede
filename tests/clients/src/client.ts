import type { Refusals } from "./refusals";
import type { Session, Tokens } from "./session";

/** How a mutation went. */
export interface Outcome {
  readonly success: boolean;
  readonly errors: Refusals | null;
}

/** Who is logged in. */
export interface Person {
  readonly username: string;
  readonly email: string;
  readonly verified: boolean;
}

/** What the journey asks of a client, whatever library and dialect it is made of. */
export interface Client {
  readonly session: Session;
  register(email: string, username: string, password: string): Promise<Outcome>;
  verifyAccount(token: string): Promise<Outcome>;
  logIn(username: string, password: string): Promise<Outcome>;
  me(): Promise<Person | null>;
  changePassword(oldPassword: string, newPassword: string): Promise<Outcome>;
  logOut(): Promise<Outcome>;
}

/** What the answers of all mutations have in common; plain and relay declare everything nullable. */
interface Answer {
  readonly success?: boolean | null;
  readonly errors?: Refusals | null;
}

/** The outcome that an answer tells. */
export function outcomeOf(answer: Answer | null | undefined): Outcome {
  return { success: answer?.success ?? false, errors: answer?.errors ?? null };
}

/** The tokens of an answer in plain or relay, where there are any. */
export function tokensOf(
  answer: { readonly token?: string | null; readonly refreshToken?: string | null } | null | undefined,
): Tokens | null {
  return answer?.token && answer.refreshToken ? { access: answer.token, refresh: answer.refreshToken } : null;
}

/** The person that `me` shows in plain or relay. */
export function personOf(
  me: { readonly username: string; readonly email: string; readonly verified?: boolean | null } | null | undefined,
): Person | null {
  return me ? { username: me.username, email: me.email, verified: me.verified ?? false } : null;
}
