import assert from 'node:assert/strict';
import { check, exhausted, member } from '../check.js';
import { graphql } from '../generated/index.js';
import type { SignupMutation } from '../generated/graphql.js';
import { freshMobileNumber, form, newcomer } from '../people.js';
import { ask } from '../server.js';
import { shownFields, shownWait } from '../words.js';
import { me } from './login.js';
import { readPolicy } from './policy.js';

export const Signup = graphql(`
  mutation Signup($input: SignupInput!) {
    signup(input: $input) {
      __typename
      ... on AccountError { message }
      ... on Authenticated { ...Grant }
      ... on SignupAccepted { email ticket }
      ... on InvalidInput { fields { path code message } }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

/** Describes what the sign-up form shows next. */
export function shown(result: SignupMutation['signup']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `welcome, ${result.user.firstName}`;
    case 'SignupAccepted':
      return `a code was mailed to ${result.email}`;
    case 'InvalidInput':
      return shownFields(result.fields);
    case 'EmailTaken':
    case 'MobileNumberTaken':
    case 'NotAvailable':
      return result.message;
    case 'MfaSetupRequired':
      return 'a second factor is needed';
    case 'TooManyAttempts':
      return shownWait(result);
    default:
      return exhausted(result);
  }
}

export async function signup(): Promise<void> {
  const { verifyEmailFirst } = await readPolicy();
  const ada = form('ada');

  await check('signup: creates an account and signs it in', async () => {
    const { email, firstName, lastName, gender } = ada;
    const user = await me(await newcomer('ada', { ...ada, email: email.toUpperCase() }));
    assert.deepEqual(
      [user.email, user.firstName, user.lastName, user.gender, user.mobileNumber, user.role],
      [email, firstName, lastName, gender, null, 'USER'],
    );
    assert.equal(user.emailVerified, verifyEmailFirst);
  });

  await check('signup: reports a taken email as far as the policy allows', async () => {
    const again = (await ask(Signup, { input: { ...form('ada'), email: ada.email } })).signup;
    if (verifyEmailFirst) {
      assert.equal(shown(again), `a code was mailed to ${ada.email}`);
    } else {
      assert.equal(shown(again), member(again, 'EmailTaken').message);
    }
  });

  // Under the verify-first policy, a signup reveals nothing about other accounts and their numbers.
  if (!verifyEmailFirst) await check('signup: reports a taken mobile number', async () => {
    const mobileNumber = freshMobileNumber();
    await newcomer('ben', { ...form('ben'), mobileNumber });
    const { signup } = await ask(Signup, { input: { ...form('cyd'), mobileNumber } });
    assert.equal(shown(signup), member(signup, 'MobileNumberTaken').message);
  });

  await check('signup: reports every invalid field', async () => {
    const wrong = {
      email: 'not an address',
      password: 'x7!',
      firstName: '',
      lastName: 'L'.repeat(101),
      mobileNumber: '12',
    };
    const refused = member((await ask(Signup, { input: wrong })).signup, 'InvalidInput');
    const codes = new Map(refused.fields.map(({ path, code }) => [path.join('.'), code]));
    assert.deepEqual([...codes.keys()].sort(), Object.keys(wrong).map((name) => `input.${name}`).sort());
    assert.equal(codes.get('input.email'), 'MALFORMED');
    assert.equal(codes.get('input.password'), 'TOO_SHORT');
    assert.equal(codes.get('input.lastName'), 'TOO_LONG');
    assert.equal(codes.get('input.mobileNumber'), 'MALFORMED');
    assert.ok(shown(refused).includes('input.email MALFORMED'));
  });

  await check('signup: rejects a common password', async () => {
    const { signup } = await ask(Signup, { input: { ...form('dan'), password: 'password123' } });
    assert.equal(shown(signup), 'input.password TOO_COMMON');
  });
}
