// Uses the GraphiQL page of a running latchkey as a newcomer would: looks at the docs, runs the README's first query, then one
// with the token it got. The server must not know the README's address yet.
//
//   LATCHKEY_URL   the server, such as http://127.0.0.1:4000
//   SCREENSHOT     where to put a picture of the page; a second one, in the dark, goes beside it (optional)
//   CDN_FILES      web/graphiql/node_modules, to stand in for the CDN that a page built without npm loads from (optional)
//   CHROMIUM       the browser, /usr/bin/chromium if not set
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const CDN = 'https://cdn.jsdelivr.net/npm/';
const { LATCHKEY_URL, SCREENSHOT, CDN_FILES, CHROMIUM = '/usr/bin/chromium' } = process.env;
if (!LATCHKEY_URL) throw new Error('LATCHKEY_URL is not set');
const home = new URL(LATCHKEY_URL);

/** The README's first query and its variables. */
function firstQuery() {
  const readme = readFileSync(process.env.README ?? new URL('../../README.md', import.meta.url), 'utf8');
  const [, rest] = readme.split('<!-- first query -->');
  const [, query] = rest?.match(/^```graphql\n(.*?)^```$/ms) ?? [];
  const [, variables] = rest?.match(/^```json\n(.*?)^```$/ms) ?? [];
  if (!query || !variables) {
    throw new Error('README.md has no `<!-- first query -->` with a ```graphql and a ```json block after it');
  }
  return { query, variables, input: JSON.parse(variables).input };
}

let passed = 0;
let failed = 0;
async function check(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${error.message.replaceAll('\n', '\n        ')}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** Serves what the CDN would, from the packages of the same name and version, and fails for all others. */
async function standInForCdn(context) {
  const packages = new Map();
  (function collect(folder) {
    for (const entry of readdirSync(folder)) {
      const inside = join(folder, entry);
      if (entry.startsWith('@')) collect(inside);
      if (existsSync(join(inside, 'node_modules'))) collect(join(inside, 'node_modules'));
      if (!existsSync(join(inside, 'package.json'))) continue;
      const { name, version } = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8'));
      packages.set(`${name}@${version}`, inside);
    }
  })(CDN_FILES);
  await context.route(`${CDN}**`, (route) => {
    const [, name, path] = route.request().url().slice(CDN.length).match(/^((?:@[^/]+\/)?[^/]+)\/(.*)$/);
    const body = readFileSync(join(packages.get(name), path));
    const contentType = path.endsWith('.css') ? 'text/css' : 'application/javascript';
    const headers = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };
    return route.fulfill({ body, contentType, headers });
  });
}

const { query, variables, input } = firstQuery();
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${home.hostname}`,
  ],
});
const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, colorScheme: 'light' });
await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: home.origin });
if (CDN_FILES) await standInForCdn(context);

const complaints = [];
const strayed = [];
context.on('request', (request) => {
  const { origin, protocol, href } = new URL(request.url());
  const own = origin === home.origin || protocol === 'data:' || (CDN_FILES && href.startsWith(CDN));
  if (!own) strayed.push(href);
});
context.on('weberror', (error) => complaints.push(`page error: ${error.error().stack}`));
context.on('console', (message) => {
  if (['error', 'warning'].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
});
context.on('requestfailed', (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
await context.exposeFunction('latchkeyPolicyViolation', (what) => complaints.push(`policy: ${what}`));
await context.addInitScript(() => {
  addEventListener('securitypolicyviolation', (event) => {
    window.latchkeyPolicyViolation(`${event.effectiveDirective} stopped ${event.blockedURI}`);
  });
});

const page = await context.newPage();
page.setDefaultTimeout(30_000);

/** Replaces what an editor holds with what was copied from elsewhere, by the keyboard. */
async function paste(editor, text) {
  await page.locator(`${editor} .view-lines`).click();
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text.trim());
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('ControlOrMeta+V');
  // GraphiQL reads the operation's name when the keyboard has rested for a moment.
  await page.waitForTimeout(500);
}

/** What an editor shows, without the spaces: it wraps long lines and indents what it wraps. */
async function shown(editor) {
  const lines = await page.locator(`${editor} .view-line`).allTextContents();
  return lines.join('').replaceAll(/\s/g, '');
}

/** Waits until an editor shows a text. */
async function untilShown(editor, text) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await shown(editor)).includes(text)) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`${editor} shows ${await shown(editor)} and not ${text}`);
}

/** Presses the run button and returns the answer once the result pane shows it. */
async function run() {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.getByRole('button', { name: /^Execute query/ }).click(),
  ]);
  const json = await answer.json();
  await untilShown('.result-window', JSON.stringify(json.data ?? json.errors).replaceAll(/\s/g, '').slice(1, -1));
  return json;
}

const QUERY = '.graphiql-query-editor';
// Variables or headers, whichever tab is open.
const TOOL = '.graphiql-editor-tool .graphiql-editor:not(.hidden)';
let token;

await check('the page is GraphiQL, under a policy of its own', async () => {
  const response = await page.goto(new URL('/graphql', home).href);
  const policy = response.headers()['content-security-policy'] ?? 'none';
  expect(/default-src 'none'/.test(policy), `the policy is ${policy}`);
  expect(!/script-src[^;]*unsafe/.test(policy), `the policy is ${policy}`);
  await page.locator(`${QUERY} .view-line`).first().waitFor();
  expect((await page.title()).includes('latchkey'), `the title is ${await page.title()}`);
  await page.locator('.graphiql-logo', { hasText: 'latchkey' }).waitFor();
});

await check('the page says where it comes from', async () => {
  const notices = await page.locator('.notice').allTextContents();
  if (CDN_FILES) expect(notices.join().includes(new URL(CDN).host), 'there is no notice of the CDN');
  else expect(notices.length === 0, `there is a notice: ${notices}`);
});

await check("the README's first query is there to be run, and no line of it is marked as wrong", async () => {
  await untilShown(QUERY, query.replaceAll(/\s/g, ''));
  await untilShown(TOOL, variables.replaceAll(/\s/g, ''));
  await page.waitForTimeout(2000);
  expect((await page.locator('.squiggly-error').count()) === 0, 'there is a red line');
});

await check('the docs show the schema, down to a field of it', async () => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.locator('.graphiql-doc-explorer');
  await docs.getByRole('link', { name: 'Mutation' }).click();
  await docs.getByRole('link', { name: 'signup', exact: true }).click();
  await docs.getByRole('link', { name: 'SignupResult' }).waitFor();
  await docs.getByRole('link', { name: 'SignupInput' }).click();
  await docs.getByText('firstName').first().waitFor();
});

await check("the README's first query signs a person up", async () => {
  await paste(QUERY, query);
  await page.getByRole('button', { name: 'Variables', exact: true }).click();
  await paste(TOOL, variables);
  const { data, errors } = await run();
  expect(data?.signup?.__typename === 'Authenticated', `the answer is ${JSON.stringify(data ?? errors)}`);
  token = data.signup.tokens.accessToken;
  await page.waitForTimeout(1000);
  expect((await page.locator('.squiggly-error').count()) === 0, 'there is a red line');
});

await check('the headers tab waits for the token, and a query with it knows the person', async () => {
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
  await untilShown(TOOL, '"Authorization":"Bearer"');
  await paste(TOOL, `{"Authorization": "Bearer ${token}"}`);
  await paste(QUERY, '{ me { email } }');
  const { data, errors } = await run();
  expect(data?.me?.email === input.email, `the answer is ${JSON.stringify(data ?? errors)}`);
});

await check('the prettifier, the explorer and the history work', async () => {
  await page.getByRole('button', { name: /^Prettify query/ }).click();
  await page.locator(`${QUERY} .view-line`).nth(4).waitFor();
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.locator('.graphiql-explorer-root', { hasText: 'sessions' }).first().waitFor();
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.locator('.graphiql-history-item', { hasText: 'me' }).first().waitFor();
});

await check('a reload keeps the work, and nothing secret outlives the tab', async () => {
  await page.waitForTimeout(1000);
  await page.reload();
  await untilShown(QUERY, '{me{email}}');
  const tabs = await page.getByRole('tab').count();
  expect(tabs === 1, `there are ${tabs} tabs`);
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  for (const secret of [token, input.password, input.email]) {
    expect(!kept.includes(secret), `localStorage keeps ${Object.keys(JSON.parse(kept))}`);
  }
});

if (SCREENSHOT) {
  await check('a picture is taken, in the light and in the dark', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await run();
    await page.waitForTimeout(1000);
    await page.screenshot({ path: SCREENSHOT });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(1000);
    await page.screenshot({ path: SCREENSHOT.replace(/(\.\w+)?$/, '-dark$1') });
  });
}

await check('nothing was asked of another host', () => expect(strayed.length === 0, strayed.join('\n')));
await check('the browser had nothing to complain of', () => expect(complaints.length === 0, [...new Set(complaints)].join('\n')));

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
