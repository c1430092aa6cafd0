// A resource server in Node: verifies access tokens by the JWK set alone, which it fetches once and keeps.
//
//   node jose.mjs JWKS ISSUER AUDIENCE
//
// Takes a token a line, and answers a line: the algorithm, the key and the account, or `refused`. At the end it tells how
// often it fetched the set.
import { createInterface } from 'node:readline'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'

const [jwks, issuer, audience] = process.argv.slice(2)
let fetched = 0
const keys = createRemoteJWKSet(new URL(jwks), {
  cooldownDuration: Infinity,
  [customFetch]: (...request) => {
    fetched += 1
    return fetch(...request)
  },
})

for await (const token of createInterface({ input: process.stdin })) {
  try {
    // jose takes a key for the algorithm that its `alg` names, and for no other.
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })
    console.log(`${protectedHeader.alg} ${protectedHeader.kid} ${payload.sub}`)
  } catch (fault) {
    console.log(`refused: ${fault.code}`)
  }
}
console.log(`fetched ${fetched}`)
