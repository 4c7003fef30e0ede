import { Client as Urql, fetchExchange } from "@urql/core";
import { authExchange } from "@urql/exchange-auth";

import {
  MeDocument,
  PasswordChangeDocument,
  RefreshTokenDocument,
  RegisterDocument,
  RevokeTokenDocument,
  TokenAuthDocument,
  type TokensFragment,
  VerifyAccountDocument,
} from "../../generated/gqlauth";
import { type Client, outcomeOf } from "../client";
import { isForAnonymous } from "../refusals";
import { Session, type Tokens } from "../session";

/** urql on the gqlauth dialect: that nobody is logged in is a top-level error with a code, as the exchange likes it. */
export function urqlOnGqlauth(url: string): Client {
  // <docs/gqlauth.md>
  const session = new Session();
  const renewTokens = authExchange(async ({ appendHeaders, mutate }) => ({
    addAuthToOperation: (operation) => appendHeaders(operation, session.headers),
    didAuthError: ({ graphQLErrors }) => session.tokens !== null && isForAnonymous({ errors: graphQLErrors }),
    async refreshAuth() {
      await session.renew(async (refreshToken) => {
        const { data, error } = await mutate(RefreshTokenDocument, { refreshToken });
        // No answer is no refusal: the tokens may still be good.
        if (error) throw error;
        return tokensOf(data?.refreshToken);
      });
    },
  }));
  const urql = new Urql({ url, preferGetMethod: false, exchanges: [renewTokens, fetchExchange] });
  // </docs/gqlauth.md>

  return {
    session,
    async register(email, username, password) {
      const { data, error } = await urql.mutation(RegisterDocument, { email, username, password });
      if (error) throw error;
      return outcomeOf(data?.register);
    },
    async verifyAccount(token) {
      const { data, error } = await urql.mutation(VerifyAccountDocument, { token });
      if (error) throw error;
      return outcomeOf(data?.verifyAccount);
    },
    async logIn(username, password) {
      const { data, error } = await urql.mutation(TokenAuthDocument, { username, password });
      if (error) throw error;
      const tokens = tokensOf(data?.tokenAuth);
      if (tokens) session.open(tokens);
      return outcomeOf(data?.tokenAuth);
    },
    async me() {
      const { data, error } = await urql.query(MeDocument, {}, { requestPolicy: "network-only" });
      if (error && session.tokens) throw error;
      return data ? { username: data.me.username, email: data.me.email, verified: data.me.status.verified } : null;
    },
    async changePassword(oldPassword, newPassword) {
      const { data, error } = await urql.mutation(PasswordChangeDocument, { oldPassword, newPassword });
      if (error) throw error;
      // Every earlier token is dead now, and these take their place.
      const tokens = tokensOf(data?.passwordChange);
      if (tokens) session.open(tokens);
      return outcomeOf(data?.passwordChange);
    },
    async logOut() {
      const refreshToken = session.tokens?.refresh ?? "";
      session.close();
      const { data, error } = await urql.mutation(RevokeTokenDocument, { refreshToken });
      if (error) throw error;
      return outcomeOf(data?.revokeToken);
    },
  };
}

function tokensOf(answer: TokensFragment | undefined): Tokens | null {
  return answer?.token && answer.refreshToken
    ? { access: answer.token.token, refresh: answer.refreshToken.token }
    : null;
}
