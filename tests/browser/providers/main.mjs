// Signs in at a real OpenID provider (npm oidc-provider, with required PKCE) in Chromium, against a latchkey that it starts.
// The provider is on another site than latchkey and speaks TLS, so that its cookies and ours are those of production.
//
//   LATCHKEY_BIN    the program
//   CERTIFICATES    a folder with ca.pem, cert.pem and key.pem, of a certificate for localhost
//   STORE           a MongoDB URL to use instead of SQLite (optional)
//   CHROMIUM        the browser, /usr/bin/chromium if not set
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startLatchkey } from '../spa/servers.mjs';
import { servePage } from './page.mjs';
import { serveProvider } from './provider.mjs';

const { LATCHKEY_BIN, CERTIFICATES, STORE, CHROMIUM } = process.env;
const counts = { passed: 0, failed: 0 };

async function check(name, body) {
  try {
    await body();
    counts.passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.stack).replaceAll('\n', '\n        ')}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

const folder = mkdtempSync(join(tmpdir(), 'latchkey-providers-'));
const provider = await serveProvider(CERTIFICATES);
const page = await servePage();
const file = join(folder, 'providers.toml');
writeFileSync(
  file,
  `[[provider]]\nid = "corp"\nname = "Example Corp"\nissuer = "${provider.issuer}"\nclient_id = "latchkey"\n` +
    'client_secret = "a secret of the provider"\ntrust_email = true\n',
);
const latchkey = await startLatchkey(LATCHKEY_BIN, {
  LATCHKEY_ORIGINS: new URL(page.url).origin,
  LATCHKEY_PROVIDERS: file,
  LATCHKEY_PROVIDER_REDIRECTS: page.url,
  SSL_CERT_FILE: join(CERTIFICATES, 'ca.pem'),
  ...(STORE ? { LATCHKEY_STORE: STORE } : {}),
});
page.endpoint = `${latchkey.url}/graphql`;
provider.open(`${latchkey.url}/providers/callback`);

const browser = await chromium.launch({
  executablePath: CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
});

/** Opens a browser with an empty cookie jar on the page. */
async function open() {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const tab = await context.newPage();
  tab.setDefaultTimeout(20_000);
  await tab.goto(page.url);
  return { context, tab };
}

/** Goes to the provider, and waits for its log-in page. */
async function go(tab) {
  await tab.click('#go');
  await tab.waitForURL((url) => url.origin === provider.issuer);
}

/** Logs in at the provider and agrees to what it asks. */
async function logIn(tab, name) {
  await tab.fill('input[name=login]', name);
  await tab.fill('input[name=password]', 'any');
  await tab.click('button[type=submit]');
  await tab.waitForSelector('text=Continue');
  await tab.click('button[type=submit]');
}

/** Returns what the page shows once a sign-in is finished. */
async function result(tab) {
  await tab.waitForURL((url) => url.href.startsWith(page.url));
  await tab.waitForFunction(() => document.querySelector('#result').textContent !== '');
  return JSON.parse(await tab.textContent('#result'));
}

try {
  let first;
  await check('new user signs up through the provider', async () => {
    const { context, tab } = await open();
    await go(tab);
    await logIn(tab, 'ada@x.test');
    first = await result(tab);
    expect(first.__typename === 'Authenticated', JSON.stringify(first));
    expect(first.user.email === 'ada@x.test' && first.user.firstName === 'Ada', JSON.stringify(first.user));
    expect(first.user.identities[0].provider.name === 'Example Corp', JSON.stringify(first.user));
    expect(new URL(tab.url()).hash === '', 'the code stays in the address');
    const cookie = (await context.cookies(latchkey.url)).find(({ name }) => name === 'latchkey_provider');
    expect(cookie?.httpOnly && cookie.sameSite === 'Lax', JSON.stringify(cookie));
    await tab.evaluate(() => document.querySelector('#result').replaceChildren());
    await tab.click('#go');
    const again = await result(tab);
    expect(again.user?.id === first.user.id, JSON.stringify(again));
    await context.close();
  });

  await check('user is known in another browser', async () => {
    const { context, tab } = await open();
    await go(tab);
    await logIn(tab, 'ada@x.test');
    const answer = await result(tab);
    expect(answer.user?.id === first.user.id, JSON.stringify(answer));
    await context.close();
  });

  await check('cancelled sign-in says so', async () => {
    const { context, tab } = await open();
    await go(tab);
    await tab.click('text=Cancel');
    const answer = await result(tab);
    expect(answer.reason === 'CANCELLED', JSON.stringify(answer));
    await context.close();
  });

  await check('browser that loses its cookie starts again', async () => {
    const { context, tab } = await open();
    await go(tab);
    await context.clearCookies({ name: 'latchkey_provider' });
    await logIn(tab, 'ada@x.test');
    const answer = await result(tab);
    expect(answer.__typename === 'ChallengeExpired', JSON.stringify(answer));
    await tab.evaluate(() => document.querySelector('#result').replaceChildren());
    await tab.click('#go');
    const again = await result(tab);
    expect(again.user?.id === first.user.id, JSON.stringify(again));
    await context.close();
  });

  await check('address of the return is good once', async () => {
    const { context, tab } = await open();
    const returns = [];
    tab.on('request', (request) => request.url().includes('/providers/callback') && returns.push(request.url()));
    await go(tab);
    await logIn(tab, 'ada@x.test');
    expect((await result(tab)).__typename === 'Authenticated', 'the first return');
    expect(returns.length === 1, returns.join());
    await tab.goto(returns[0]);
    const replayed = await result(tab);
    expect(replayed.__typename !== 'Authenticated', JSON.stringify(replayed));
    await context.close();
  });

  await check('address that was sent to another person signs in to no account', async () => {
    const { context, tab } = await open();
    const answer = page.nextStart();
    await tab.route('**/providers/start*', (route) => route.abort());
    await tab.click('#go');
    const started = await answer;
    const victim = await open();
    await victim.tab.goto(started);
    await logIn(victim.tab, 'victim@x.test');
    const seen = await result(victim.tab);
    expect(seen.noHandle === true, JSON.stringify(seen));
    await context.close();
    await victim.context.close();
  });

  await check('provider that goes down meanwhile is reported at once', async () => {
    const { context, tab } = await open();
    await go(tab);
    provider.isDown = true;
    const began = Date.now();
    await logIn(tab, 'ada@x.test');
    const answer = await result(tab);
    expect(answer.reason === 'UNREACHABLE', JSON.stringify(answer));
    expect(Date.now() - began < 15_000, 'it took too long');
    await context.close();
  });
} finally {
  await browser.close();
  await latchkey.stop();
  await provider.close();
  page.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
