import assert from 'node:assert/strict';
import { check, exhausted, member } from '../check.js';
import { graphql } from '../generated/index.js';
import type {
  ChangePasswordMutation,
  ForgotPasswordMutation,
  ResetPasswordMutation,
} from '../generated/graphql.js';
import { anotherCode, codeTo, receivedEmails, emailTo } from '../emails.js';
import { freshEmail, newcomer, signIn, type Person } from '../people.js';
import { ask } from '../server.js';
import { shownFields, shownWait } from '../words.js';
import { Login, me, refused } from './login.js';

const ChangePassword = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) {
      __typename
      ... on AccountError { message }
      ... on PasswordChanged { user { id passwordChangedAt } }
      ... on InvalidInput { fields { path code message } }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

const ForgotPassword = graphql(`
  mutation ForgotPassword($input: ForgotPasswordInput!) {
    forgotPassword(input: $input) {
      __typename
      ... on AccountError { message }
      ... on CodeSent { email expiresInSeconds }
      ... on InvalidInput { fields { path code message } }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

const ResetPassword = graphql(`
  mutation ResetPassword($input: ResetPasswordInput!) {
    resetPassword(input: $input) {
      __typename
      ... on AccountError { message }
      ... on PasswordReset { email }
      ... on InvalidInput { fields { path code message } }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

/** Describes what the form that changes the password shows next. */
export function shownChanged(result: ChangePasswordMutation['changePassword']): string {
  switch (result.__typename) {
    case 'PasswordChanged':
      return 'changed';
    case 'InvalidCredentials':
    case 'ReauthenticationRequired':
      return result.message;
    case 'InvalidInput':
      return shownFields(result.fields);
    case 'TooManyAttempts':
      return shownWait(result);
    default:
      return exhausted(result);
  }
}

/** Describes what the page for a forgotten password shows next. */
export function shownForgot(result: ForgotPasswordMutation['forgotPassword']): string {
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

/** Describes what the page that takes the code and the new password shows next. */
export function shownReset(result: ResetPasswordMutation['resetPassword']): string {
  switch (result.__typename) {
    case 'PasswordReset':
      return `log in as ${result.email}`;
    case 'InvalidCode':
      return result.message;
    case 'InvalidInput':
      return shownFields(result.fields);
    case 'TooManyAttempts':
      return shownWait(result);
    default:
      return exhausted(result);
  }
}

async function change(who: Person, currentPassword: string, newPassword: string): Promise<string> {
  const input = { currentPassword, newPassword };
  const answer = await ask(ChangePassword, { input }, { bearer: who.accessToken });
  return shownChanged(answer.changePassword);
}

async function forgot(email: string): Promise<string> {
  return shownForgot((await ask(ForgotPassword, { input: { email } })).forgotPassword);
}

async function reset(email: string, code: string, newPassword: string) {
  return (await ask(ResetPassword, { input: { email, code, newPassword } })).resetPassword;
}

async function opens(email: string, password: string): Promise<boolean> {
  return (await ask(Login, { input: { email, password } })).login.__typename === 'Authenticated';
}

export async function passwords(): Promise<void> {
  await check('changePassword: requires the old password and a different new one', async () => {
    const ada = await newcomer('ada');
    const { changePassword } = await ask(
      ChangePassword,
      { input: { currentPassword: `${ada.password}!`, newPassword: 'a new pass phrase' } },
      { bearer: ada.accessToken },
    );
    assert.equal(shownChanged(changePassword), member(changePassword, 'InvalidCredentials').message);
    assert.equal(await change(ada, ada.password, ada.password), 'input.newPassword UNCHANGED');
    assert.equal(await change(ada, ada.password, 'x7!'), 'input.newPassword TOO_SHORT');
  });

  await check('changePassword: keeps this session, ends the others, and mails a notice', async () => {
    const ada = await newcomer('ada');
    const phone = await signIn(ada);
    const before = await receivedEmails();
    assert.equal(await change(ada, ada.password, 'a new pass phrase'), 'changed');
    assert.equal((await me(ada)).id, ada.id);
    await refused(phone);
    assert.ok((await emailTo(ada.email, before)).subject !== '');
    assert.equal(await opens(ada.email, ada.password), false);
    assert.equal(await opens(ada.email, 'a new pass phrase'), true);
  });

  await check('forgotPassword: treats an unknown email like a known one, and rejects a malformed one', async () => {
    const email = freshEmail('nobody');
    assert.equal(await forgot(email), `a code was mailed to ${email}`);
    assert.equal(await forgot('nobody'), 'input.email MALFORMED');
  });

  await check('resetPassword: accepts the mailed code once and ends every session', async () => {
    const ada = await newcomer('ada');
    const { email } = ada;
    const before = await receivedEmails();
    assert.equal(await forgot(email), `a code was mailed to ${email}`);
    const code = await codeTo(email, before);
    const newPassword = 'another pass phrase';

    const wrong = await reset(email, anotherCode(code), newPassword);
    assert.equal(shownReset(wrong), member(wrong, 'InvalidCode').message);
    assert.equal(shownReset(await reset(email, code, 'x7!')), 'input.newPassword TOO_SHORT');
    assert.equal((await me(ada)).id, ada.id);

    assert.equal(shownReset(await reset(email, code, newPassword)), `log in as ${email}`);
    await refused(ada);
    assert.equal(await opens(email, ada.password), false);
    const back = await signIn({ email, password: newPassword });
    assert.equal((await me(back)).emailVerified, true, 'the code proves the address too');
    assert.deepEqual(await reset(email, code, 'a third pass phrase'), wrong);
  });
}
