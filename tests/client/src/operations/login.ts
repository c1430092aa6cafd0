import assert from 'node:assert/strict';
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { check, exhausted, member } from '../check.js';
import { graphql } from '../generated/index.js';
import type { LoginMutation } from '../generated/graphql.js';
import { freshEmail, newcomer, signIn, type Person } from '../people.js';
import { ask, errorCode, send } from '../server.js';
import { url } from '../settings.js';
import { shownWait } from '../words.js';

export const Login = graphql(`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      __typename
      ... on AccountError { message }
      ... on Authenticated { ...Grant }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

export const Me = graphql(`
  query Me {
    me {
      id email emailVerified firstName lastName gender mobileNumber role
      createdAt updatedAt lastLoginAt passwordChangedAt
    }
  }
`);

/** Describes what the login form shows next. */
export function shown(result: LoginMutation['login']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `welcome back, ${result.user.firstName}`;
    case 'InvalidCredentials':
    case 'EmailNotVerified':
    case 'DeletionPending':
      return result.message;
    case 'MfaRequired':
    case 'MfaSetupRequired':
      return 'a second factor is needed';
    case 'TooManyAttempts':
      return shownWait(result);
    default:
      return exhausted(result);
  }
}

/** Returns the signed-in user. */
export async function me({ accessToken }: { accessToken: string }) {
  const { me } = await ask(Me, {}, { bearer: accessToken });
  if (me === null) throw new Error('me is null, without an error');
  return me;
}

/** Asserts that an access token is rejected: `me` is null and there is one error. */
export async function refused({ accessToken }: { accessToken: string }): Promise<void> {
  const { data } = await send(Me, {}, { bearer: accessToken });
  assert.deepEqual(data, { me: null });
  assert.equal(await errorCode(Me, {}, { bearer: accessToken }), 'UNAUTHENTICATED');
}

export async function login(): Promise<void> {
  const ada = await newcomer('ada');

  await check('login: a wrong password and an unknown email get the same result', async () => {
    const input = { email: ada.email, password: `${ada.password}!` };
    const wrong = (await ask(Login, { input })).login;
    const unknown = (await ask(Login, { input: { ...input, email: freshEmail('nobody') } })).login;
    assert.equal(shown(wrong), member(wrong, 'InvalidCredentials').message);
    assert.deepEqual(unknown, wrong);
  });

  await check('login: the right password signs in, in any spelling of the email', async () => {
    const input = { email: `  ${ada.email.toUpperCase()} `, password: ada.password };
    const result = member((await ask(Login, { input })).login, 'Authenticated');
    assert.equal(shown(result), 'welcome back, Ada');
    assert.equal(result.user.id, ada.id);
    assert.equal(result.tokens.tokenType, 'Bearer');
    assert.ok(Date.parse(result.tokens.refreshTokenExpiresAt) > Date.now());
  });

  await check('me: returns the user, with times in UTC', async () => {
    const user = await me(await signIn(ada));
    assert.equal(user.id, ada.id);
    for (const at of [user.createdAt, user.updatedAt, user.lastLoginAt, user.passwordChangedAt]) {
      assert.match(at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  await check('me: is null and UNAUTHENTICATED without a token', async () => {
    const { data } = await send(Me, {});
    assert.deepEqual(data, { me: null });
    assert.equal(await errorCode(Me, {}), 'UNAUTHENTICATED');
  });

  await check('login: ignores a stale bearer token', async () => {
    const input = { email: ada.email, password: ada.password };
    const { login } = await ask(Login, { input }, { bearer: 'stale' });
    assert.equal(shown(login), 'welcome back, Ada');
  });

  await check('the access token can be verified with the published keys', () => verifiedByKeys(ada));
}

/** Verifies the token as a gateway does, with the published key that its header names. */
async function verifiedByKeys({ accessToken, id }: Person): Promise<void> {
  const [header = '', claims = '', signature = ''] = accessToken.split('.');
  const { alg, typ, kid } = json(header);
  assert.deepEqual([alg, typ], ['ES256', 'at+jwt']);

  const response = await fetch(new URL('/.well-known/jwks.json', url));
  const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid?: string })[] };
  const key = keys.find((key) => key.kid === kid);
  assert.ok(key !== undefined, `no published key is named ${String(kid)}`);
  assert.equal(key['d'], undefined, 'the private key is published');

  const signed = Buffer.from(`${header}.${claims}`);
  const verifier = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  assert.ok(verify('sha256', signed, verifier, Buffer.from(signature, 'base64url')), 'the signature is wrong');

  const { sub, role, iat, exp, ...rest } = json(claims);
  assert.deepEqual([sub, role], [id, 'USER']);
  assert.ok(Number(iat) < Number(exp) && Number(exp) * 1000 > Date.now());
  for (const name of ['iss', 'aud', 'sid', 'jti', 'nbf']) assert.ok(name in rest, `no claim ${name}`);
}

function json(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}
