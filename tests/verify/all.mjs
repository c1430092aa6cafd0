// One verifier for run-all. It prints the verdict on a token, on one with an altered signature, and on the first for another
// audience.
//
//   node all.mjs NAME ISSUER AUDIENCE TOKEN
const [name, issuer, audience, token] = process.argv.slice(2)
const keys = `${issuer}/.well-known/jwks.json`

const verifiers = {
  async jose(token, audience) {
    const { createRemoteJWKSet, jwtVerify } = await import('jose')
    await jwtVerify(token, createRemoteJWKSet(new URL(keys)), { issuer, audience, typ: 'at+jwt', clockTolerance: 5 })
  },
  async 'express-oauth2-jwt-bearer'(token, audience) {
    const { auth } = await import('express-oauth2-jwt-bearer')
    const headers = { host: 'api.x.test', authorization: `Bearer ${token}` }
    const get = (name) => headers[name.toLowerCase()]
    const request = { method: 'GET', protocol: 'https', originalUrl: '/', headers, query: {}, get, is: () => false }
    const error = await new Promise((done) => auth({ issuerBaseURL: issuer, audience, strict: true })(request, {}, done))
    if (error) throw error
  },
  async oauth4webapi(token, audience) {
    const oauth = await import('oauth4webapi')
    const insecure = { [oauth.allowInsecureRequests]: true }
    const url = new URL(issuer)
    const found = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure })
    const server = await oauth.processDiscoveryResponse(url, found)
    const request = new Request('https://api.x.test', { headers: { authorization: `Bearer ${token}` } })
    await oauth.validateJwtAccessToken(server, request, audience, insecure)
  },
  async jsonwebtoken(token, audience) {
    const jwt = (await import('jsonwebtoken')).default
    const client = (await import('jwks-rsa')).default({ jwksUri: keys })
    const key = ({ kid }, done) => client.getSigningKey(kid).then((key) => done(null, key.getPublicKey()), done)
    const options = { algorithms: ['ES256'], issuer, audience }
    await new Promise((resolve, reject) =>
      jwt.verify(token, key, options, (error, claims) => (error ? reject(error) : resolve(claims))),
    )
  },
  async 'fast-jwt'(token, audience) {
    const { createVerifier } = await import('fast-jwt')
    const getJwks = (await import('get-jwks')).default()
    const key = ({ header: { kid, alg } }) => getJwks.getPublicKey({ kid, alg, domain: issuer })
    await createVerifier({ key, allowedIss: issuer, allowedAud: audience, algorithms: ['ES256'] })(token)
  },
}

// The middle of the signature: the last character has bits that mean nothing.
const at = token.length - 40
const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
for (const [candidate, wanted] of [[token, audience], [altered, audience], [token, 'https://elsewhere.test']]) {
  try {
    await verifiers[name](candidate, wanted)
    console.log('accepted')
  } catch (error) {
    console.error(error)
    console.log('refused')
  }
}
process.exit()
