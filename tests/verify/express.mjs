// A resource server with express-oauth2-jwt-bearer in its strict mode. It finds the keys from the issuer alone.
//
//   node express.mjs JWKS ISSUER AUDIENCE
//
// The lines that it reads and prints are those of jose.mjs. It ignores JWKS, and counts no fetches.
import { createInterface } from 'node:readline'
import { auth } from 'express-oauth2-jwt-bearer'

const [, issuerBaseURL, audience] = process.argv.slice(2)
const middleware = auth({ issuerBaseURL, audience, strict: true })

// The middleware reads no more of a request than this.
const request = (token) => {
  const headers = { host: 'api.x.test', authorization: `Bearer ${token}` }
  const get = (name) => headers[name.toLowerCase()]
  return { method: 'GET', protocol: 'https', originalUrl: '/', headers, query: {}, get, is: () => false }
}

for await (const token of createInterface({ input: process.stdin })) {
  const req = request(token)
  const error = await new Promise((resolve) => middleware(req, {}, resolve))
  if (error) {
    console.log(`refused: ${error.code ?? error.name}`)
  } else {
    const { header, payload } = req.auth
    console.log(`${header.alg} ${header.kid} ${payload.sub}`)
  }
}
