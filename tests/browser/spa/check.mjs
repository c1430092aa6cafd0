import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { servePage, startLatchkey } from './servers.mjs';

const { LATCHKEY_BIN, STARTER, STORE, SCREENSHOTS } = process.env;
if (!LATCHKEY_BIN || !STARTER) throw new Error('LATCHKEY_BIN or STARTER is not set');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [360, 1280];
const counts = { passed: 0, failed: 0, screens: 0, rules: 0 };

export async function check(name, body) {
  try {
    await body();
    counts.passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.stack).replaceAll('\n', '\n        ')}`);
  }
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** Starts latchkey and the page, and returns what opens browsers on it. */
export async function setUp(browser, settings = {}, through = (url) => ({ url, close() {} })) {
  const page = await servePage(STARTER);
  const store = STORE ? { LATCHKEY_STORE: STORE } : {};
  const latchkey = await startLatchkey(LATCHKEY_BIN, { LATCHKEY_ORIGINS: page.url, ...store, ...settings });
  const front = await through(latchkey.url);
  page.endpoint = `${front.url}/graphql`;
  const contexts = [];
  return {
    latchkey,
    front,
    /** Opens a browser with an empty cookie jar. */
    async open() {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
      context.setDefaultTimeout(15_000);
      contexts.push(context);
      return context;
    },
    async visit(context, screen = '') {
      const tab = await context.newPage();
      await tab.goto(`${page.url}/#/${screen}`);
      await tab.getByRole('heading', { level: 1 }).waitFor();
      return tab;
    },
    async end() {
      for (const context of contexts) await context.close();
      page.close();
      front.close();
      await latchkey.stop();
    },
  };
}

export const heading = (tab, name) => tab.getByRole('heading', { level: 1, name }).waitFor();

/** Fills a form by the labels of its fields. */
export async function fill(tab, values) {
  for (const [label, value] of Object.entries(values)) await tab.getByLabel(label, { exact: true }).fill(value);
}

export const PASSWORD = 'correct horse battery staple';

export async function signUp(tab, email, more = {}) {
  await fill(tab, { 'Email address': email, Password: PASSWORD, 'First name': 'Ada', 'Last name': 'Lovelace', ...more });
  await tab.getByRole('button', { name: 'Create account' }).click();
}

export async function signIn(tab, email, password = PASSWORD) {
  await fill(tab, { 'Email address': email, Password: password });
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await heading(tab, 'Profile');
}

async function violations(tab) {
  await tab.evaluate(AXE);
  const found = await tab.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  counts.rules = Math.max(counts.rules, found.passes.length);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Checks a screen with axe and for overflow, narrow and wide, light and dark, and takes pictures of it. */
export async function inspect(tab, name) {
  // The screens are the same with every store.
  if (STORE) return;
  for (const width of WIDTHS) {
    await tab.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark']) {
      await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await violations(tab);
      expect(found.length === 0, `axe at ${width} px, ${colorScheme}: ${found.join('\n')}`);
      const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow <= 0, `at ${width} px the page is ${overflow} px too wide`);
      counts.screens += 1;
      if (!SCREENSHOTS) continue;
      mkdirSync(SCREENSHOTS, { recursive: true });
      await tab.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await tab.setViewportSize({ width: 1280, height: 900 });
  await tab.emulateMedia({ colorScheme: 'light', reducedMotion: null });
}

export function report() {
  if (STORE) console.log('starter: the same walk with another store');
  else console.log(`starter: axe finds nothing on ${counts.screens} views (${WIDTHS.join(' and ')} px, light and dark; up to ${counts.rules} rules a view)`);
}

export function close() {
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
}
