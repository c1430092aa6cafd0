// Uses the GraphiQL page of a running latchkey as a new user does: reads the docs, and runs the README's walk from tab to tab.
// The server must not have an account with the README's email yet.
//
//   LATCHKEY_URL       the server, such as http://127.0.0.1:4000
//   LATCHKEY_MAIL_DIR  the folder where it writes its emails
//   SCREENSHOT         the file for a screenshot; one with the dark theme is written beside it (optional)
//   CHROMIUM           the browser, /usr/bin/chromium if not set
//
// To test the page of a build without npm instead of the server's own:
//
//   CDN_FILES          web/graphiql/node_modules, which replaces the CDN
//   CDN_PAGE           the folder in which the build script wrote the page
//   CDN_POLICY         its Content-Security-Policy
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CDN, standInForCdn, standInForPage, tamperWithCdn } from './cdn.mjs';
import { start } from './chromium.mjs';
import { handsOn, QUERY, TOOL } from './console.mjs';
import { firstQuery, walkTabs } from './readme.mjs';

const { LATCHKEY_URL, LATCHKEY_MAIL_DIR, SCREENSHOT, CDN_FILES, CDN_PAGE, CDN_POLICY } = process.env;
if (!LATCHKEY_URL || !LATCHKEY_MAIL_DIR) throw new Error('LATCHKEY_URL or LATCHKEY_MAIL_DIR is not set');
const home = new URL(LATCHKEY_URL);

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

const { query, variables, input } = firstQuery();
const fromCdn = (href) => CDN_FILES !== undefined && href.startsWith(CDN);
const { browser, context, complaints, strayed } = await start(
  process.env.CHROMIUM ?? '/usr/bin/chromium',
  home,
  fromCdn,
);
if (CDN_FILES) {
  await standInForCdn(context, CDN_FILES);
  await standInForPage(context, home, CDN_PAGE, CDN_POLICY);
}
const page = await context.newPage();
page.setDefaultTimeout(30_000);
const { untilShown, paste, openTab, unmarked, fillIn, run } = handsOn(page);

const variablesOf = (input) => JSON.stringify({ input }, null, 2);
const bearer = (token) => `{ "Authorization": "Bearer ${token}" }`;
const NEW_PASSWORD = 'nanoseconds of copper wire';
const tokens = [];

/** Runs the open tab, asserts which member it returns, and keeps its tokens. */
async function answers(field, member) {
  const { data, errors } = await run();
  const result = data?.[field];
  expect(result?.__typename === member, `the response is ${JSON.stringify(data ?? errors)}`);
  if (result.tokens) tokens.unshift(result.tokens);
  return result;
}

/** Waits for the newest email with a code, which is sent after the response, and returns the code. */
async function mailedCode() {
  for (let tries = 0; tries < 100; tries += 1) {
    const names = readdirSync(LATCHKEY_MAIL_DIR).filter((name) => name.endsWith('.eml'));
    for (const name of names.sort().reverse()) {
      const [, code] = readFileSync(join(LATCHKEY_MAIL_DIR, name), 'utf8').match(/^(\d{6})\r?$/m) ?? [];
      if (code) return code;
    }
    await page.waitForTimeout(100);
  }
  throw new Error('no email with a code arrived');
}

await check('the page is GraphiQL with its own policy', async () => {
  const response = await page.goto(new URL('/graphql', home).href);
  const policy = response.headers()['content-security-policy'] ?? 'none';
  expect(/default-src 'none'/.test(policy), `the policy is ${policy}`);
  expect(!/script-src[^;]*unsafe/.test(policy), `the policy is ${policy}`);
  await page.locator(`${QUERY} .view-line`).first().waitFor();
  expect((await page.title()).includes('latchkey'), `the title is ${await page.title()}`);
  await page.locator('.graphiql-logo', { hasText: 'latchkey' }).waitFor();
});

await check('the page names the CDN if it uses one', async () => {
  const notices = await page.locator('.notice').allTextContents();
  if (CDN_FILES) expect(notices.join().includes(new URL(CDN).host), 'there is no notice of the CDN');
  else expect(notices.length === 0, `there is a notice: ${notices}`);
});

// On a machine of its own the editor is there within a second. Other work slows it down, so that the check refuses only
// what no load explains, and prints the figure.
await check('the editor is there soon after the page', async () => {
  const times = [];
  for (let load = 0; load < 3; load += 1) {
    await page.reload();
    await page.locator(`${QUERY} .view-line`).first().waitFor();
    times.push(await page.evaluate(() => performance.now()));
  }
  const best = Math.round(Math.min(...times));
  console.log(`        the editor was there after ${best} ms`);
  if (!CDN_FILES) expect(best < 10_000, `the best of ${times.length} loads took ${best} ms`);
});

await check("the README's first query is ready to run, without marked errors", async () => {
  await untilShown(QUERY, query);
  await untilShown(TOOL, variables);
  await unmarked();
});

await check("the tabs are the README's", async () => {
  const tabs = await page.locator('.graphiql-tab-button').allTextContents();
  expect(tabs.join() === walkTabs().join(), `they are ${tabs}`);
});

await check('the docs show the schema down to a field', async () => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.locator('.graphiql-doc-explorer');
  await docs.getByRole('link', { name: 'Mutation' }).click();
  await docs.getByRole('link', { name: 'signup', exact: true }).click();
  await docs.getByRole('link', { name: 'SignupResult' }).waitFor();
  await docs.getByRole('link', { name: 'SignupInput' }).click();
  await docs.getByText('firstName').first().waitFor();
});

await check('SignUp creates an account', async () => {
  await answers('signup', 'Authenticated');
  await unmarked();
});

await check('LogIn logs the user in', async () => {
  await openTab('LogIn');
  await answers('login', 'Authenticated');
});

await check('Me just works after a sign-in', async () => {
  await openTab('Me');
  const { data, errors } = await run();
  expect(data?.me?.email === input.email, `the response is ${JSON.stringify(data ?? errors)}`);
});

await check('a token that the user types wins', async () => {
  await fillIn('Headers', '{"Authorization": "Bearer "}', bearer('typed'));
  const { errors } = await run();
  expect(errors?.[0]?.extensions?.reason === 'INVALID', `the response has ${JSON.stringify(errors)}`);
  await paste(TOOL, bearer(''));
});

await check('the session plug-in says what is going on', async () => {
  await page.getByRole('button', { name: 'Show Session' }).click();
  await page.locator('.sign-in', { hasText: 'Signed in.' }).waitFor();
  await page.getByRole('button', { name: 'Hide Session' }).click();
});

if (SCREENSHOT) {
  await check('screenshots are taken with the light and the dark theme', async () => {
    await page.screenshot({ path: SCREENSHOT });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(1000);
    await page.screenshot({ path: SCREENSHOT.replace(/(\.\w+)?$/, '-dark$1') });
    await page.emulateMedia({ colorScheme: 'light' });
  });
}

await check('Refresh returns the next pair of tokens', async () => {
  await openTab('Refresh');
  const refreshed = await answers('refresh', 'Authenticated');
  expect(refreshed.tokens.refreshToken !== tokens[1].refreshToken, 'it is the same token');
});

await check('ForgotPassword mails a code, and ResetPassword accepts it', async () => {
  await openTab('ForgotPassword');
  await answers('forgotPassword', 'CodeSent');
  await untilShown('.result-window', '"email": "latchkey-data/mail"');
  const form = { email: input.email, code: '…', newPassword: NEW_PASSWORD };
  await openTab('ResetPassword');
  await fillIn('Variables', variablesOf(form), variablesOf({ ...form, code: await mailedCode() }));
  await answers('resetPassword', 'PasswordReset');
});

await check('the reset ends the session of Me, and LogIn accepts the new password', async () => {
  await openTab('Me');
  const { errors } = await run();
  expect(errors?.[0]?.extensions?.code === 'UNAUTHENTICATED', `the response has ${JSON.stringify(errors)}`);
  await openTab('LogIn');
  const { email, password } = input;
  await fillIn('Variables', variablesOf({ email, password }), variablesOf({ email, password: NEW_PASSWORD }));
  await answers('login', 'Authenticated');
});

await check('the prettifier, the explorer and the history work', async () => {
  await page.getByRole('button', { name: 'New tab' }).click();
  await paste(QUERY, '{ me { email } }');
  await page.getByRole('button', { name: /^Prettify query/ }).click();
  await page.locator(`${QUERY} .view-line`).nth(4).waitFor();
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.locator('.graphiql-explorer-root', { hasText: 'sessions' }).first().waitFor();
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.locator('.graphiql-history-item', { hasText: 'Me' }).first().waitFor();
});

await check('a reload keeps the work, and no secret outlives the tab', async () => {
  const before = await page.getByRole('tab').count();
  await page.waitForTimeout(1000);
  await page.reload();
  await untilShown(QUERY, '{ me { email } }');
  const tabs = await page.getByRole('tab').count();
  expect(tabs === before, `there are ${tabs} tabs, and were ${before}`);
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  for (const secret of [...tokens.map(({ accessToken }) => accessToken), input.password, NEW_PASSWORD, input.email]) {
    expect(!kept.includes(secret), `localStorage keeps ${Object.keys(JSON.parse(kept))}`);
  }
});

await check('nothing was requested from another host', () => expect(strayed.length === 0, strayed.join('\n')));
await check('the browser reported no errors', () => expect(complaints.length === 0, [...new Set(complaints)].join('\n')));

if (CDN_FILES) {
  await check('a modified file of the CDN is not run', async () => {
    await tamperWithCdn(context);
    await page.reload();
    await page.locator('.loading', { hasText: 'is not the file it should be' }).waitFor();
  });
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
