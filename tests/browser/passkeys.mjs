// Signs up and uses every way to sign in with Chromium on a bare page, against a latchkey that it starts. The authenticator is
// Chromium's virtual one.
//
//   LATCHKEY_BIN   the program
//   CLIENT         the built client package (clients/typescript/dist)
//   STORE          a MongoDB URL to use instead of SQLite (optional)
//   CHROMIUM       the browser, /usr/bin/chromium if not set
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startLatchkey } from './spa/servers.mjs';

const { LATCHKEY_BIN, CLIENT, STORE, CHROMIUM = '/usr/bin/chromium' } = process.env;
if (!LATCHKEY_BIN || !CLIENT) throw new Error('LATCHKEY_BIN or CLIENT is not set');
const PERSON = { email: 'ada@x.test', password: 'correct horse battery staple' };
const PAGE = '<!doctype html><title>Passkeys</title><input autocomplete="username webauthn">';
const ME = 'query { me { sessions { current methods } passkeys { id name backedUp } passkeySignal { rpId userId allAcceptedCredentialIds } } }';
const RESULT = `__typename ... on AccountError { message }`;
const AUTHENTICATED = `... on Authenticated { tokens { accessToken } }`;

let passed = 0;
async function check(name, body) {
  await body();
  passed += 1;
  console.log(`ok      ${name}`);
}

/** Returns the code of an authenticator app, some steps from now. */
function totp(secret, steps) {
  const bits = [...secret].map((it) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(it).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const tag = createHmac('sha1', key).update(step).digest();
  return String((tag.readUInt32BE(tag.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Serves the bare page and the client package. */
async function servePage() {
  const server = createServer((request, response) => {
    const isPage = request.url === '/';
    try {
      const body = isPage ? PAGE : readFileSync(join(CLIENT, new URL(request.url, 'http://localhost').pathname));
      response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'text/javascript' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://localhost:${server.address().port}`, close: () => server.close() };
}

const site = await servePage();
const latchkey = await startLatchkey(LATCHKEY_BIN, {
  LATCHKEY_MFA: 'optional',
  LATCHKEY_ORIGINS: site.origin,
  LATCHKEY_PASSKEYS: 'on',
  LATCHKEY_PASSKEY_RP_ID: 'localhost',
  ...(STORE ? { LATCHKEY_STORE: STORE } : {}),
});
const endpoint = `${latchkey.url.replace('127.0.0.1', 'localhost')}/graphql`;
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost'],
});
const context = await browser.newContext();
const page = await context.newPage();
await page.goto(site.origin);
const devtools = await context.newCDPSession(page);
await devtools.send('WebAuthn.enable', { enableUI: false });

/** Replaces the authenticator by a new one, and returns its id. */
let authenticator;
async function newAuthenticator() {
  if (authenticator) await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: authenticator });
  const options = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  ({ authenticatorId: authenticator } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options }));
}

/** Runs an operation in the page, and returns its result. */
async function run(query, input, token) {
  const answer = await page.evaluate(
    async ([endpoint, query, input, token]) => {
      const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
      const body = JSON.stringify({ query, variables: input ? { input } : {} });
      return (await fetch(endpoint, { method: 'POST', headers, body })).json();
    },
    [endpoint, query, input, token],
  );
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return Object.values(answer.data)[0];
}

const mutation = (field, members) => {
  const input = `${field[0].toUpperCase()}${field.slice(1)}Input`;
  return `mutation($input: ${input}!) { ${field}(input: $input) { ${RESULT} ${members} } }`;
};
const logIn = () => run(mutation('login', `${AUTHENTICATED} ... on MfaRequired { challenge methods }`), PERSON);
const complete = (asked, proof) => run(mutation('completeLogin', AUTHENTICATED), { challenge: asked.challenge, proof });
const logOut = (token) => run('mutation { logout { __typename } }', undefined, token);

/** Passes the options on to the browser, as they came, and returns what the client package makes of the answer. */
const create = (options) =>
  page.evaluate(async (options) => {
    const { passkeyRegistration } = await import('/index.js');
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return passkeyRegistration(await navigator.credentials.create({ publicKey }));
  }, options);
const get = (options, mediation) =>
  page.evaluate(
    async ([options, mediation]) => {
      const { passkeyAssertion } = await import('/index.js');
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      return passkeyAssertion(await navigator.credentials.get({ publicKey, ...(mediation && { mediation }) }));
    },
    [options, mediation],
  );

const CREATION = `... on PasskeyRegistrationStarted { handle options { rp { id name } user { id name displayName } challenge pubKeyCredParams { type alg }
  timeout excludeCredentials { type id transports } authenticatorSelection { residentKey requireResidentKey userVerification } attestation hints extensions { credProps } } }`;
const startRegistration = (token) => run(`mutation { startPasskeyRegistration { ${RESULT} ${CREATION} } }`, undefined, token);
const finishRegistration = (started, credential, token) =>
  run(mutation('finishPasskeyRegistration', '... on PasskeyRegistered { passkey { name backedUp } }'), { handle: started.handle, name: 'Chromium', credential }, token);
const REQUEST = `... on PasskeyLoginStarted { handle options { challenge timeout rpId allowCredentials { type id transports } userVerification hints } }`;
const startLogin = (token) => run(`mutation { startPasskeyLogin { ${RESULT} ${REQUEST} } }`, undefined, token);
const finishLogin = (started, credential) =>
  run(mutation('finishPasskeyLogin', `${AUTHENTICATED} ... on UnknownPasskey { rpId credentialId }`), { handle: started.handle, credential });

async function addPasskey(token) {
  const started = await startRegistration(token);
  assert.equal(started.__typename, 'PasskeyRegistrationStarted', JSON.stringify(started));
  return finishRegistration(started, await create(started.options), token);
}

async function passkeyLogin(mediation) {
  const started = await startLogin();
  return finishLogin(started, await get(started.options, mediation));
}

try {
  let { tokens } = await run(mutation('signup', AUTHENTICATED), { ...PERSON, firstName: 'Ada', lastName: 'Lovelace' });
  let secret, codes;
  await check('an authenticator app is set up and signs in once for each step', async () => {
    ({ secret } = await run(`mutation { startTotp { ${RESULT} ... on TotpStarted { secret } } }`, undefined, tokens.accessToken));
    ({ codes } = await run(mutation('confirmTotp', '... on RecoveryCodes { codes }'), { totp: totp(secret, -1) }, tokens.accessToken));
    assert.equal(codes.length, 10);
    await logOut(tokens.accessToken);
    const code = totp(secret, 0);
    assert.equal((await complete(await logIn(), { totp: code })).__typename, 'Authenticated');
    assert.equal((await complete(await logIn(), { totp: code })).__typename, 'InvalidProof');
  });
  await check('a recovery code signs in once', async () => {
    const answer = await complete(await logIn(), { recoveryCode: codes[0] });
    assert.equal(answer.__typename, 'Authenticated');
    ({ tokens } = answer);
    assert.equal((await complete(await logIn(), { recoveryCode: codes[0] })).__typename, 'InvalidProof');
  });
  await check('a passkey is made from the options as they come', async () => {
    await newAuthenticator();
    const added = await addPasskey(tokens.accessToken);
    assert.deepEqual(added, { __typename: 'PasskeyRegistered', passkey: { name: 'Chromium', backedUp: false } });
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId: authenticator });
    assert.equal(credentials.length, 1);
    assert.ok(credentials[0].isResidentCredential && credentials[0].rpId === 'localhost');
  });
  await check('the authenticator makes no second passkey of the account', async () => {
    const started = await startRegistration(tokens.accessToken);
    await assert.rejects(create(started.options), /InvalidStateError/);
    const without = { ...started.options, excludeCredentials: [] };
    const added = await finishRegistration(started, await create(without), tokens.accessToken);
    assert.equal(added.__typename, 'PasskeyRegistered', 'the new one replaces the old one in the authenticator');
  });
  await check('a passkey signs in without an address', async () => {
    await logOut(tokens.accessToken);
    const answer = await passkeyLogin();
    assert.equal(answer.__typename, 'Authenticated', JSON.stringify(answer));
    ({ tokens } = answer);
    const me = await run(ME, undefined, tokens.accessToken);
    assert.deepEqual(me.sessions.find(({ current }) => current).methods, ['PASSKEY']);
  });
  await check('a passkey signs in from the form field', async () => {
    const answer = await passkeyLogin('conditional');
    assert.equal(answer.__typename, 'Authenticated', JSON.stringify(answer));
  });
  await check('a passkey is the second factor of a password', async () => {
    const asked = await logIn();
    assert.ok(asked.methods.includes('PASSKEY'));
    const started = await startLogin();
    const proof = { passkey: { handle: started.handle, credential: await get(started.options) } };
    assert.equal((await complete(asked, proof)).__typename, 'Authenticated');
  });
  await check('a passkey makes a session fresh', async () => {
    const started = await startLogin(tokens.accessToken);
    const proof = { passkey: { handle: started.handle, credential: await get(started.options) } };
    const answer = await run(mutation('reauthenticate', '... on Reauthenticated { session { current } }'), { proof }, tokens.accessToken);
    assert.deepEqual(answer, { __typename: 'Reauthenticated', session: { current: true } });
  });
  await check('a user who is not verified gets no answer from the authenticator', async () => {
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: false });
    const started = await startLogin();
    await assert.rejects(get(started.options), /NotAllowedError/);
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: true });
  });
  await check('a removed passkey is unknown, and the browser hears of it', async () => {
    const before = await run(ME, undefined, tokens.accessToken);
    for (const { id } of before.passkeys) {
      const removed = await run(mutation('removePasskey', ''), { passkeyId: id }, tokens.accessToken);
      assert.equal(removed.__typename, 'UserUpdated', JSON.stringify(removed));
    }
    const unknown = await passkeyLogin();
    assert.equal(unknown.__typename, 'UnknownPasskey', JSON.stringify(unknown));
    const { rpId, credentialId } = unknown;
    const after = await run(ME, undefined, tokens.accessToken);
    assert.deepEqual(after.passkeySignal.allAcceptedCredentialIds, []);
    await page.evaluate(
      async ([one, all]) => {
        await PublicKeyCredential.signalUnknownCredential(one);
        await PublicKeyCredential.signalAllAcceptedCredentials(all);
      },
      [{ rpId, credentialId }, after.passkeySignal],
    );
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId: authenticator });
    assert.equal(credentials.length, 0, 'the authenticator has forgotten it');
  });
  await check('a passkey of an earlier authenticator signs in no longer, a new one does', async () => {
    await newAuthenticator();
    assert.equal((await addPasskey(tokens.accessToken)).__typename, 'PasskeyRegistered');
    assert.equal((await passkeyLogin()).__typename, 'Authenticated');
  });
  console.log(`${passed} passed, 0 failed`);
} finally {
  await browser.close();
  await latchkey.stop();
  site.close();
}
