import assert from 'node:assert/strict';
import { check } from '../check.js';
import { graphql } from '../generated/index.js';
import { ask } from '../server.js';

const ReadPolicy = graphql(`
  query ReadPolicy {
    policy {
      passwordMinLength
      passwordMaxLength
      codeLength
      accessTokenSeconds
      refreshTokenSeconds
      verifyEmailFirst
    }
  }
`);

/** Reads what the server asks of sign-ups. */
export async function readPolicy() {
  return (await ask(ReadPolicy, {})).policy;
}

export async function policy(): Promise<void> {
  await check('policy: tells a client what it needs to draw its forms', async () => {
    const told = await readPolicy();
    assert.ok(told.passwordMinLength >= 8 && told.passwordMinLength < told.passwordMaxLength);
    assert.equal(told.codeLength, 6);
    assert.ok(told.accessTokenSeconds > 0 && told.accessTokenSeconds < told.refreshTokenSeconds);
  });
}
