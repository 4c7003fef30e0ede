import { ClientError, GraphQLClient } from "graphql-request";

import {
  MeDocument,
  PasswordChangeDocument,
  RefreshTokenDocument,
  RegisterDocument,
  RevokeTokenDocument,
  TokenAuthDocument,
  VerifyAccountDocument,
} from "../../generated/relay";
import { type Client, outcomeOf, personOf, tokensOf } from "../client";
import { isForAnonymous } from "../refusals";
import { Session } from "../session";

/** graphql-request on the relay dialect. It has neither links nor exchanges: the refresh is a function around a request. */
export class GraphqlRequestOnRelay implements Client {
  // <docs/relay.md>
  readonly session = new Session();
  readonly http: GraphQLClient;

  constructor(url: string) {
    this.http = new GraphQLClient(url, { headers: () => this.session.headers });
  }

  /** Makes the request, and makes it again with new tokens where the first answer is one for somebody anonymous. */
  async ask<Answer extends object>(request: () => Promise<Answer>): Promise<Answer> {
    const { tokens } = this.session;
    try {
      const answer = await request();
      if (!tokens || !isForAnonymous({ data: answer }) || !(await this.#renew())) return answer;
    } catch (error) {
      const isRefused = error instanceof ClientError && isForAnonymous(error.response);
      if (!tokens || !isRefused || !(await this.#renew())) throw error;
    }
    return request();
  }

  #renew(): Promise<boolean> {
    return this.session.renew(async (refreshToken) => {
      const { refreshToken: answer } = await this.http.request(RefreshTokenDocument, { input: { refreshToken } });
      return tokensOf(answer);
    });
  }
  // </docs/relay.md>

  async register(email: string, username: string, password: string) {
    const input = { email, username, password1: password, password2: password };
    const { register } = await this.ask(() => this.http.request(RegisterDocument, { input }));
    return outcomeOf(register);
  }

  async verifyAccount(token: string) {
    const { verifyAccount } = await this.ask(() => this.http.request(VerifyAccountDocument, { input: { token } }));
    return outcomeOf(verifyAccount);
  }

  async logIn(username: string, password: string) {
    const input = { username, password };
    const { tokenAuth } = await this.ask(() => this.http.request(TokenAuthDocument, { input }));
    const tokens = tokensOf(tokenAuth);
    if (tokens) this.session.open(tokens);
    return outcomeOf(tokenAuth);
  }

  async me() {
    const { me } = await this.ask(() => this.http.request(MeDocument));
    return personOf(me);
  }

  async changePassword(oldPassword: string, newPassword: string) {
    const input = { oldPassword, newPassword1: newPassword, newPassword2: newPassword };
    const { passwordChange } = await this.ask(() => this.http.request(PasswordChangeDocument, { input }));
    // Every earlier token is dead now, and these take their place.
    const tokens = tokensOf(passwordChange);
    if (tokens) this.session.open(tokens);
    return outcomeOf(passwordChange);
  }

  async logOut() {
    const refreshToken = this.session.tokens?.refresh ?? "";
    this.session.close();
    const { revokeToken } = await this.ask(() => this.http.request(RevokeTokenDocument, { input: { refreshToken } }));
    return outcomeOf(revokeToken);
  }
}
