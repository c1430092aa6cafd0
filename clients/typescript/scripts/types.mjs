// Compiles test/types/switch.ts with TypeScript 5 and 7: a switch over a result with a `never` default. Then removes one case of
// the switch, and expects that both compilers refuse that.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const whole = readFileSync(path('test/types/switch.ts'), 'utf8');
const without = whole.replace(/ {4}case 'EmailTaken':\n.*\n/, '');
if (without === whole) throw new Error('switch.ts has no case to remove');
writeFileSync(path('test/types/incomplete.generated.ts'), without);

for (const compiler of ['typescript', 'typescript-5']) {
  const compile = (file) =>
    spawnSync(process.execPath, [path(`node_modules/${compiler}/bin/tsc`), '-p', path(file)], { encoding: 'utf8' });
  const good = compile('test/types/tsconfig.json');
  const bad = compile('test/types/incomplete.json');
  const { version } = JSON.parse(readFileSync(path(`node_modules/${compiler}/package.json`), 'utf8'));
  const refused = /TS2345[^]*EmailTaken[^]*'never'/.test(bad.stdout);
  console.log(`TypeScript ${version}: the switch ${good.status === 0 ? 'compiles' : 'does NOT compile'}, a missing case is ${refused ? 'refused' : 'NOT refused'}`);
  if (good.status !== 0 || bad.status === 0 || !refused) {
    console.error(good.stdout, bad.stdout);
    process.exitCode = 1;
  }
}
