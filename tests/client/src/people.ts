import { randomBytes, randomInt } from 'node:crypto';
import { member } from './check.js';
import { graphql } from './generated/index.js';
import type { GrantFragment, SignupInput } from './generated/graphql.js';
import { codeTo, lettersSoFar } from './letters.js';
import { ask } from './server.js';
import { Login } from './acts/login.js';
import { Signup } from './acts/signup.js';
import { VerifyEmail } from './acts/email.js';

/** What every way of signing in answers: who it is, and the tokens. */
graphql(`
  fragment Grant on Authenticated {
    user { id email emailVerified firstName lastName gender mobileNumber role }
    tokens { accessToken tokenType expiresIn refreshToken refreshTokenExpiresAt }
  }
`);

/** Someone who is signed in. */
export interface Person {
  id: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

/** An address that no earlier check, and no earlier run on the same store, has used. */
export function freshEmail(name: string): string {
  return `${name}.${randomBytes(6).toString('hex')}@example.com`;
}

/** A German mobile number in E.164, valid and most likely unused. */
export function freshMobileNumber(): string {
  return `+491511${randomInt(1_000_000, 10_000_000)}`;
}

/** The form that a newcomer fills in. */
export function form(name: string): SignupInput {
  return {
    email: freshEmail(name),
    password: `${randomBytes(9).toString('base64url')} correct horse`,
    firstName: 'Ada',
    lastName: 'Lovelace',
    gender: 'FEMALE',
  };
}

/** Signs somebody up under either policy: at once, or by the code in the letter. */
export async function newcomer(name: string, filled: SignupInput = form(name)): Promise<Person> {
  const before = await lettersSoFar();
  const { signup } = await ask(Signup, { input: filled });
  if (signup.__typename !== 'SignupAccepted') return person(filled, member(signup, 'Authenticated'));
  const { email, ticket } = signup;
  const code = await codeTo(email, before);
  const { verifyEmail } = await ask(VerifyEmail, { input: { email, code, ticket } });
  return person(filled, member(verifyEmail, 'Authenticated'));
}

/** Signs the same person in once more, as from another device. */
export async function signIn(who: { email: string; password: string }, userAgent?: string): Promise<Person> {
  const input = { email: who.email, password: who.password };
  const { login } = await ask(Login, { input }, userAgent === undefined ? {} : { userAgent });
  return person(who, member(login, 'Authenticated'));
}

/** The person behind a grant whose refresh token came in the body. */
export function person(who: { password: string }, grant: GrantFragment): Person {
  const { accessToken, refreshToken } = grant.tokens;
  if (refreshToken === null) throw new Error('a refresh token was expected in the body');
  return { id: grant.user.id, email: grant.user.email, password: who.password, accessToken, refreshToken };
}
