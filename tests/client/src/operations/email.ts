import assert from 'node:assert/strict';
import { check, exhausted, member } from '../check.js';
import { graphql } from '../generated/index.js';
import type { SendVerificationCodeMutation, VerifyEmailMutation } from '../generated/graphql.js';
import { anotherCode, codeTo, receivedEmails } from '../emails.js';
import { freshEmail, newcomer } from '../people.js';
import { ask } from '../server.js';
import { shownFields, shownWait } from '../words.js';
import { me } from './login.js';
import { readPolicy } from './policy.js';

const SendVerificationCode = graphql(`
  mutation SendVerificationCode($input: SendVerificationCodeInput!) {
    sendVerificationCode(input: $input) {
      __typename
      ... on AccountError { message }
      ... on CodeSent { email expiresInSeconds }
      ... on InvalidInput { fields { path code message } }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

export const VerifyEmail = graphql(`
  mutation VerifyEmail($input: VerifyEmailInput!) {
    verifyEmail(input: $input) {
      __typename
      ... on AccountError { message }
      ... on Authenticated { ...Grant }
      ... on EmailVerified { email }
      ... on InvalidInput { fields { path code message } }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

/** Describes what the page that asks for a code shows next. */
export function shownSent(result: SendVerificationCodeMutation['sendVerificationCode']): string {
  switch (result.__typename) {
    case 'CodeSent':
      return `a code was mailed to ${result.email}`;
    case 'InvalidInput':
      return shownFields(result.fields);
    case 'TooManyAttempts':
      return shownWait(result);
    default:
      return exhausted(result);
  }
}

/** Describes what the page that takes the code shows next. */
export function shownVerified(result: VerifyEmailMutation['verifyEmail']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `welcome, ${result.user.firstName}`;
    case 'EmailVerified':
      return `${result.email} is yours`;
    case 'InvalidCode':
    case 'DeletionPending':
      return result.message;
    case 'MfaRequired':
    case 'MfaSetupRequired':
      return 'a second factor is needed';
    case 'InvalidInput':
      return shownFields(result.fields);
    case 'TooManyAttempts':
      return shownWait(result);
    default:
      return exhausted(result);
  }
}

export async function emailVerification(): Promise<void> {
  const { verifyEmailFirst } = await readPolicy();

  await check('sendVerificationCode: treats an unknown email like a known one, and rejects a malformed one', async () => {
    const email = freshEmail('nobody');
    const sent = (await ask(SendVerificationCode, { input: { email } })).sendVerificationCode;
    assert.equal(shownSent(sent), `a code was mailed to ${email}`);
    const malformed = (await ask(SendVerificationCode, { input: { email: 'nobody' } })).sendVerificationCode;
    assert.equal(shownSent(malformed), 'input.email MALFORMED');
  });

  // Under the verify-first policy, every signup of the other checks covers this.
  if (verifyEmailFirst) return;

  await check('verifyEmail: accepts the mailed code once, and a wrong one never', async () => {
    const ada = await newcomer('ada');
    assert.equal((await me(ada)).emailVerified, false);
    const { email } = ada;
    const before = await receivedEmails();
    const { sendVerificationCode } = await ask(SendVerificationCode, { input: { email } });
    assert.ok(member(sendVerificationCode, 'CodeSent').expiresInSeconds > 0);
    const code = await codeTo(email, before);

    const wrong = (await ask(VerifyEmail, { input: { email, code: anotherCode(code) } })).verifyEmail;
    assert.equal(shownVerified(wrong), member(wrong, 'InvalidCode').message);
    assert.equal((await me(ada)).emailVerified, false);

    const right = (await ask(VerifyEmail, { input: { email, code } }, { bearer: ada.accessToken })).verifyEmail;
    assert.equal(shownVerified(right), `${email} is yours`);
    assert.equal((await me(ada)).emailVerified, true);

    const spent = (await ask(VerifyEmail, { input: { email, code } })).verifyEmail;
    assert.deepEqual(spent, wrong);
  });
}
