import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { passkeyAssertion, passkeyRegistration } from 'latchkey-client';

const common = { id: 'AQ', rawId: 'AQ', type: 'public-key', authenticatorAttachment: 'platform' };
const secret = { prf: { enabled: true, results: { first: 'secret' } } };
const credential = (answer) => ({ toJSON: () => ({ ...common, ...answer }) });

describe('passkeys', () => {
  test('a registration has the members of the schema and no other', () => {
    const response = { clientDataJSON: 'Ag', attestationObject: 'Aw', transports: ['internal'] };
    const more = { authenticatorData: 'BA', publicKey: 'BQ', publicKeyAlgorithm: -7, later: 'x' };
    const answer = { clientExtensionResults: { credProps: { rk: true, later: 'x' }, ...secret }, response: { ...response, ...more } };
    const input = passkeyRegistration(credential(answer));
    assert.deepEqual(input, { ...common, clientExtensionResults: { credProps: { rk: true } }, response });
  });

  test('an assertion has the members of the schema and no other', () => {
    const response = { clientDataJSON: 'Ag', authenticatorData: 'BA', signature: 'Bg', userHandle: 'Bw' };
    const answer = { clientExtensionResults: secret, response: { ...response, attestationObject: 'x' } };
    assert.deepEqual(passkeyAssertion(credential(answer)), { ...common, response });
  });
});
