import assert from 'node:assert/strict';
import { check, exhausted } from '../check.js';
import { graphql } from '../generated/index.js';
import type { CheckPasswordInput, CheckPasswordMutation } from '../generated/graphql.js';
import { form } from '../people.js';
import { ask } from '../server.js';
import { shownFields } from '../words.js';

const CheckPassword = graphql(`
  mutation CheckPassword($input: CheckPasswordInput!) {
    checkPassword(input: $input) {
      __typename
      ... on AccountError { message }
      ... on PasswordAccepted { length }
      ... on InvalidInput { fields { path code message } }
    }
  }
`);

/** Describes what a form shows beside the password while it is typed. */
export function shown(result: CheckPasswordMutation['checkPassword']): string {
  switch (result.__typename) {
    case 'PasswordAccepted':
      return `good, ${result.length} characters`;
    case 'InvalidInput':
      return shownFields(result.fields);
    default:
      return exhausted(result);
  }
}

async function typed(input: CheckPasswordInput): Promise<string> {
  return shown((await ask(CheckPassword, { input })).checkPassword);
}

export async function checkPassword(): Promise<void> {
  const { email, firstName, lastName, password } = form('ada');

  await check('checkPassword: distinguishes acceptable passwords from others', async () => {
    assert.equal(await typed({ password }), `good, ${password.length} characters`);
    assert.equal(await typed({ password: 'x7!' }), 'input.password TOO_SHORT');
    assert.equal(await typed({ password: 'password123' }), 'input.password TOO_COMMON');
  });

  await check('checkPassword: rejects a password made of other fields', async () => {
    const guessable = 'lovelace-1815';
    assert.equal(await typed({ password: guessable, email, firstName, lastName }), 'input.password TOO_COMMON');
    assert.equal(await typed({ password: guessable }), 'good, 13 characters');
  });
}
