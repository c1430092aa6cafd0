#!/usr/bin/env bash
# Package: node-jose 2.2.0 (npm)
#
# Behaviour: `JWK.asKeyStore` rejects a whole JWK set as soon as one key in it has a type that the library does not
# support. An Ed25519 key (kty OKP, RFC 8037) makes the P-256 key beside it unusable.
#
# Seen:
#   P-256 alone: 1 key
#   P-256 and Ed25519: unsupported key type
#
# Why it matters: RFC 7517, section 5, says that implementations SHOULD ignore keys of types that they do not
# understand. An issuer that moves from ES256 to EdDSA shows both keys for a day. A resource server on this library
# then refuses every token, those signed by the P-256 key included.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf '{ "private": true, "type": "module" }\n' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts node-jose@2.2.0

cat >load.mjs <<'JS'
import { generateKeyPairSync } from 'node:crypto';
import jose from 'node-jose';

const jwk = (type, options) => generateKeyPairSync(type, options).publicKey.export({ format: 'jwk' });
const p256 = { ...jwk('ec', { namedCurve: 'P-256' }), kid: 'one', alg: 'ES256', use: 'sig' };
const ed25519 = { ...jwk('ed25519'), kid: 'two', alg: 'EdDSA', use: 'sig' };

for (const [label, keys] of [['P-256 alone:', [p256]], ['P-256 and Ed25519:', [p256, ed25519]]]) {
  const loaded = await jose.JWK.asKeyStore({ keys }).then(
    (store) => `${store.all().length} key`,
    (error) => error.message,
  );
  console.log(label, loaded);
}
JS

cat >expected <<'TEXT'
P-256 alone: 1 key
P-256 and Ed25519: unsupported key type
TEXT
node load.mjs | tee seen
diff expected seen
