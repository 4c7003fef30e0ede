import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { ErrorLink } from "@apollo/client/link/error";
import { from, map, switchMap, throwError } from "rxjs";

import {
  MeDocument,
  PasswordChangeDocument,
  RefreshTokenDocument,
  RegisterDocument,
  RevokeTokenDocument,
  TokenAuthDocument,
  VerifyAccountDocument,
} from "../../generated/plain";
import { type Client, outcomeOf, personOf, tokensOf } from "../client";
import { isForAnonymous } from "../refusals";
import { Session, type Tokens } from "../session";

/** Raised where the service took a request with a token for an anonymous one. */
class Unauthenticated extends Error {}

/** Apollo Client on the plain dialect: one link makes an error of an answer for nobody, another asks again with new tokens. */
export function apolloOnPlain(url: string): Client {
  // <docs/plain.md>
  const session = new Session();
  const renewTokens = new ErrorLink(({ error, operation, forward }) => {
    if (!(error instanceof Unauthenticated)) return undefined;
    const renewal = from(session.renew(trade));
    return renewal.pipe(switchMap((isRenewed) => (isRenewed ? forward(operation) : throwError(() => error))));
  });
  // Behind the link above, so that a second attempt carries the new token.
  const withToken = new SetContextLink(({ headers }) => ({ headers: { ...headers, ...session.headers } }));
  const raiseUnauthenticated = new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      map((result) => {
        if (session.tokens && isForAnonymous(result)) throw new Unauthenticated();
        return result;
      }),
    ),
  );
  const apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([renewTokens, withToken, raiseUnauthenticated, new HttpLink({ uri: url })]),
  });

  async function trade(refreshToken: string): Promise<Tokens | null> {
    const { data } = await apollo.mutate({ mutation: RefreshTokenDocument, variables: { refreshToken } });
    return tokensOf(data?.refreshToken);
  }
  // </docs/plain.md>

  return {
    session,
    async register(email, username, password) {
      const { data } = await apollo.mutate({ mutation: RegisterDocument, variables: { email, username, password } });
      return outcomeOf(data?.register);
    },
    async verifyAccount(token) {
      const { data } = await apollo.mutate({ mutation: VerifyAccountDocument, variables: { token } });
      return outcomeOf(data?.verifyAccount);
    },
    async logIn(username, password) {
      const { data } = await apollo.mutate({ mutation: TokenAuthDocument, variables: { username, password } });
      const tokens = tokensOf(data?.tokenAuth);
      if (tokens) session.open(tokens);
      return outcomeOf(data?.tokenAuth);
    },
    async me() {
      try {
        const { data } = await apollo.query({ query: MeDocument, fetchPolicy: "network-only" });
        return personOf(data?.me);
      } catch (error) {
        if (error instanceof Unauthenticated) return null;
        throw error;
      }
    },
    async changePassword(oldPassword, newPassword) {
      const variables = { oldPassword, newPassword };
      const { data } = await apollo.mutate({ mutation: PasswordChangeDocument, variables });
      // Every earlier token is dead now, and these take their place.
      const tokens = tokensOf(data?.passwordChange);
      if (tokens) session.open(tokens);
      return outcomeOf(data?.passwordChange);
    },
    async logOut() {
      const refreshToken = session.tokens?.refresh ?? "";
      session.close();
      await apollo.clearStore();
      const { data } = await apollo.mutate({ mutation: RevokeTokenDocument, variables: { refreshToken } });
      return outcomeOf(data?.revokeToken);
    },
  };
}
