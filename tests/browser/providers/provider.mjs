// An OpenID provider on localhost: oidc-provider, which asks for PKCE and puts the address into userinfo only.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import Provider from 'oidc-provider';

/** Serves a provider, which knows its client once `open` has its redirect address. */
export async function serveProvider(certificates) {
  const read = (name) => readFileSync(join(certificates, name));
  let handle = (_, outgoing) => outgoing.writeHead(503).end();
  const state = { isDown: false };
  const server = createServer({ key: read('key.pem'), cert: read('cert.pem') }, (incoming, outgoing) => {
    // Browsers have come so far; latchkey gets no answer.
    if (state.isDown && incoming.url.startsWith('/token')) incoming.socket.destroy();
    else handle(incoming, outgoing);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `https://localhost:${server.address().port}`;
  return Object.assign(state, {
    issuer,
    open(redirect) {
      const provider = new Provider(issuer, {
        clients: [{ client_id: 'latchkey', client_secret: 'a secret of the provider', redirect_uris: [redirect] }],
        pkce: { required: () => true },
        cookies: { keys: ['a key of the cookies'] },
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name', 'locale'] },
        findAccount: (_, id) => ({
          accountId: id,
          claims: () => ({ sub: id, email: id, email_verified: true, given_name: 'Ada', family_name: 'Lovelace', locale: 'en' }),
        }),
      });
      handle = provider.callback();
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}
