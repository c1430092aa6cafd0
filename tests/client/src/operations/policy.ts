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

/** Reads the server's signup policy. */
export async function readPolicy() {
  return (await ask(ReadPolicy, {})).policy;
}

export async function policy(): Promise<void> {
  await check('policy: has everything that a client needs for its forms', async () => {
    const rules = await readPolicy();
    assert.ok(rules.passwordMinLength >= 8 && rules.passwordMinLength < rules.passwordMaxLength);
    assert.equal(rules.codeLength, 6);
    assert.ok(rules.accessTokenSeconds > 0 && rules.accessTokenSeconds < rules.refreshTokenSeconds);
  });
}
