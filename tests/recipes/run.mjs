// Runs the recipes of docs/clients.md against a latchkey that it starts, and compares what they print with the page.
//
//   node run.mjs              the first five
//   node run.mjs --all        all of them, and the table of answers
//   node run.mjs apollo urql  the named ones
//
//   LATCHKEY_BIN   the program
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startLatchkey } from '../browser/spa/servers.mjs';

const QUICK = 5;
const BUILD = new URL('build/', import.meta.url);
const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');
const asked = process.argv.slice(2);

/** Returns each recipe: its name, its code, and the lines that it prints. */
function recipes() {
  return page.split('<!-- recipe: ').slice(1).map((part) => {
    const [name] = part.split(' -->', 1);
    const [, code, after] = part.match(/```js\n([^]*?)```\n([^]*)/);
    const [, shown] = after.match(/^\s*```text\n([^]*?)```/) ?? [];
    return { name, code, shown };
  });
}

function run(name, code, url) {
  const folder = new URL(`${name}/`, BUILD);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('recipe.mjs', folder), code.replaceAll('http://127.0.0.1:4000', url));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['recipe.mjs'], { cwd: fileURLToPath(folder), env: { ...process.env, NODE_ENV: 'production' } });
    const printed = { out: '', err: '' };
    child.stdout.on('data', (data) => (printed.out += data));
    child.stderr.on('data', (data) => (printed.err += data));
    const timer = setTimeout(() => child.kill(), 120_000);
    child.once('exit', (status) => {
      clearTimeout(timer);
      resolve({ ...printed, status });
    });
  });
}

const found = recipes();
const chosen = asked.includes('--all') ? found : asked.length > 0 ? found.filter(({ name }) => asked.includes(name)) : found.slice(0, QUICK);
if (chosen.length === 0) throw new Error(`no recipe is named ${asked}`);
rmSync(BUILD, { recursive: true, force: true });
const latchkey = await startLatchkey(process.env.LATCHKEY_BIN, {});
let failed = 0;
try {
  // The first recipe signs up the user of the others.
  const first = chosen.includes(found[0]) ? [] : [found[0]];
  for (const { name, code, shown } of [...first, ...chosen]) {
    const { out, err, status } = await run(name, code, latchkey.url);
    const good = status === 0 && out === (shown ?? '');
    if (!good) failed += 1;
    console.log(good ? `ok      ${name}` : `FAILED  ${name} (${status}) printed\n${out}${err}and not\n${shown}`);
  }
  if (asked.includes('--all')) {
    const { table } = await import('./table.mjs');
    const rows = await table(latchkey.url);
    console.log(rows);
    const good = page.includes(`<!-- table -->\n${rows}\n<!-- /table -->`);
    if (!good) failed += 1;
    console.log(good ? 'ok      table of answers' : 'FAILED  docs/clients.md has another table of answers');
  }
} finally {
  await latchkey.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${chosen.length + (asked.includes('--all') ? 1 : 0) - failed} passed, ${failed} failed`);
