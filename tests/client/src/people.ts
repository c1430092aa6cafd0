import { randomBytes, randomInt } from 'node:crypto';
import { member } from './check.js';
import { graphql } from './generated/index.js';
import type { GrantFragment, SignupInput } from './generated/graphql.js';
import { codeTo, receivedEmails } from './emails.js';
import { ask } from './server.js';
import { Login } from './operations/login.js';
import { Signup } from './operations/signup.js';
import { VerifyEmail } from './operations/email.js';

/** The fields that every way of signing in returns: the user and the tokens. */
graphql(`
  fragment Grant on Authenticated {
    user { id email emailVerified firstName lastName gender mobileNumber role }
    tokens { accessToken tokenType expiresIn refreshToken refreshTokenExpiresAt }
  }
`);

/** A signed-in user. */
export interface Person {
  id: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

/** Returns an email that no earlier check and no earlier run on the same store has used. */
export function freshEmail(name: string): string {
  return `${name}.${randomBytes(6).toString('hex')}@example.com`;
}

/** Returns a valid German mobile number in E.164 that is most likely unused. */
export function freshMobileNumber(): string {
  return `+491511${randomInt(1_000_000, 10_000_000)}`;
}

/** Returns the input of a signup. */
export function form(name: string): SignupInput {
  return {
    email: freshEmail(name),
    password: `${randomBytes(9).toString('base64url')} correct horse`,
    firstName: 'Ada',
    lastName: 'Lovelace',
    gender: 'FEMALE',
  };
}

/** Signs up a new user under either policy: directly, or with the code from the email. */
export async function newcomer(name: string, filled: SignupInput = form(name)): Promise<Person> {
  const before = await receivedEmails();
  const { signup } = await ask(Signup, { input: filled });
  if (signup.__typename !== 'SignupAccepted') return person(filled, member(signup, 'Authenticated'));
  const { email, ticket } = signup;
  const code = await codeTo(email, before);
  const { verifyEmail } = await ask(VerifyEmail, { input: { email, code, ticket } });
  return person(filled, member(verifyEmail, 'Authenticated'));
}

/** Logs the same user in again, as from another device. */
export async function signIn(who: { email: string; password: string }, userAgent?: string): Promise<Person> {
  const input = { email: who.email, password: who.password };
  const { login } = await ask(Login, { input }, userAgent === undefined ? {} : { userAgent });
  return person(who, member(login, 'Authenticated'));
}

/** Returns the user of a grant whose refresh token came in the body. */
export function person(who: { password: string }, grant: GrantFragment): Person {
  const { accessToken, refreshToken } = grant.tokens;
  if (refreshToken === null) throw new Error('a refresh token was expected in the body');
  return { id: grant.user.id, email: grant.user.email, password: who.password, accessToken, refreshToken };
}
