// Runs the recipes of docs/subscriptions.md against a latchkey that it starts: over a restart with a gap, the expiry of the access
// token, and a revocation. Each has an account of its own, and all run at once. Usage: node live.mjs [NAME ...]
//
//   LATCHKEY_BIN     the program
//   LATCHKEY_PAGES   a Chromium, to run the recipes on pages instead of in Node
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { pages } from './pages.mjs';

const GAP = 6000;
const LIMIT = 150_000;
const PASSWORD = 'correct horse battery staple';
const BUILD = new URL('build-live/', import.meta.url);
const page = readFileSync(new URL('../../docs/subscriptions.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'latchkey-live-'));
const settings = {
  LATCHKEY_BCRYPT_COST: '4',
  LATCHKEY_LIMITS: 'off',
  LATCHKEY_LOG: 'warn',
  LATCHKEY_ACCESS_TOKEN_SECONDS: '60',
};

const browser = process.env.LATCHKEY_PAGES && await pages(process.env.LATCHKEY_PAGES);
if (browser) settings.LATCHKEY_ORIGINS = browser.origin;

const found = page.split('<!-- live recipe: ').slice(1).map((part) => {
  const [name] = part.split(' -->', 1);
  const [, code] = part.match(/```js\n([^]*?)```/);
  return { name, code };
});
const [session, ...all] = found;
const asked = process.argv.slice(2);
const chosen = asked.length > 0 ? all.filter(({ name }) => asked.includes(name)) : all;
const shown = page.slice(page.indexOf('All four print')).match(/```text\n([^]*?)```/)[1].trim().split('\n');

/** Starts the server, at an address once it has one. */
async function start(listen) {
  const server = spawn(process.env.LATCHKEY_BIN, [], {
    cwd: folder,
    env: { ...settings, LATCHKEY_LISTEN: listen },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout });
  const url = await new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`latchkey ended with ${code}`)));
    lines.on('line', (line) => line.startsWith('GraphQL') && resolve(line.match(/http:\/\/[\d.]+:\d+/)[0]));
  });
  const stop = () => new Promise((resolve) => {
    server.once('exit', resolve);
    server.kill('SIGTERM');
  });
  return { url, stop };
}

async function call(url, query, input, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables: { input } }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}

const TOKENS = '... on Authenticated { tokens { accessToken refreshToken } }';
const signUp = (url, email) => call(
  url,
  `mutation($input: SignupInput!) { signup(input: $input) { ${TOKENS} } }`,
  { email, password: PASSWORD, firstName: 'Ada', lastName: 'Lovelace' },
);
const refresh = (url, refreshToken) => call(
  url,
  `mutation($input: RefreshInput!) { refresh(input: $input) { ${TOKENS} } }`,
  { refreshToken },
);

/** Starts a recipe, and collects its lines. */
async function run({ name, code }, url) {
  const place = new URL(`${name}/`, BUILD);
  mkdirSync(place, { recursive: true });
  const own = (text) => text.replaceAll('127.0.0.1:4000', new URL(url).host).replaceAll('ada@', `${name}@`);
  writeFileSync(new URL('session.mjs', place), own(session.code));
  writeFileSync(new URL('recipe.mjs', place), own(code));
  if (browser) return browser.run(name, new URL('recipe.mjs', place));
  const child = spawn(process.execPath, ['--experimental-websocket', 'recipe.mjs'], { cwd: fileURLToPath(place), stdio: ['ignore', 'pipe', 'inherit'] });
  const recipe = { name, lines: [], kill: () => child.kill() };
  createInterface({ input: child.stdout }).on('line', (line) => recipe.lines.push(line));
  return recipe;
}

const deadline = Date.now() + LIMIT;
async function until(what, holds) {
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen`);
    await wait(50);
  }
}

let server = await start('127.0.0.1:0');
const { url } = server;
const running = [];
let failed = chosen.length;
try {
  const owners = new Map();
  for (const { name } of chosen) owners.set(name, await signUp(url, `${name}@example.org`));
  running.push(...await Promise.all(chosen.map((recipe) => run(recipe, url))));
  const have = (count) => () => running.every(({ lines }) => lines.length >= count);
  await until('the first event', have(1));
  await server.stop();
  await wait(GAP);
  server = await start(new URL(url).host);
  await until('an event after the restart', have(2));
  await until('an event after the expiry of the token', have(3));
  for (const { tokens } of owners.values()) {
    const renewed = await refresh(url, tokens.refreshToken);
    await call(url, 'mutation { revokeOtherSessions { __typename } }', undefined, renewed.tokens.accessToken);
  }
  await until('the end of the sessions', have(shown.length));
  // An attempt to come back would show an error.
  await wait(2000);
} catch (error) {
  console.log(error.message);
} finally {
  for (const { name, lines, kill } of running) {
    kill();
    const good = JSON.stringify(lines) === JSON.stringify(shown);
    if (good) failed -= 1;
    console.log(good ? `ok      ${name}` : `FAILED  ${name} printed ${JSON.stringify(lines)}`);
  }
  await server.stop();
  await browser?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${chosen.length - failed} passed, ${failed} failed`);
