// A resource server in Node. It verifies access tokens with the JWK set alone, which it fetches once and keeps.
//
//   node jose.mjs JWKS ISSUER AUDIENCE [SECONDS]
//
// With SECONDS it keeps the set for that long only, and looks for an unknown key no sooner, as it does by default.
// It reads one token per line and prints a line for each: the algorithm, the key id and the account, or `refused`. At the
// end of its input it prints how often it fetched the set.
import { createInterface } from 'node:readline'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'

const [jwks, issuer, audience, seconds] = process.argv.slice(2)
let fetched = 0
const keys = createRemoteJWKSet(new URL(jwks), {
  cooldownDuration: seconds === undefined ? Infinity : seconds * 1000,
  cacheMaxAge: seconds === undefined ? Infinity : seconds * 1000,
  [customFetch]: (...request) => {
    fetched += 1
    return fetch(...request)
  },
})

for await (const token of createInterface({ input: process.stdin })) {
  try {
    // jose uses a key only with the algorithm that its `alg` names.
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })
    console.log(`${protectedHeader.alg} ${protectedHeader.kid} ${payload.sub}`)
  } catch (error) {
    console.log(`refused: ${error.code}`)
  }
}
console.log(`fetched ${fetched}`)
