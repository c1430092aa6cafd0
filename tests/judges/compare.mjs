// Compares the verdicts of latchkey with those of the judges: all are the same.
import { readFileSync } from 'node:fs';

const [path, ...judges] = process.argv.slice(2);
const { cases } = JSON.parse(readFileSync(path, 'utf8'));
let differences = 0;
for (const judge of judges) {
  const name = judge.split('/').at(-1).replace('.json', '');
  const answers = JSON.parse(readFileSync(judge, 'utf8'));
  const parts = cases.flatMap((it) => ['registration', 'assertion'].map((part) => [`${it.name}, ${part}`, it[part].accepted, answers[it.name][part]]));
  const others = parts.filter(([, own, other]) => own !== other);
  for (const [what, own] of others) console.log(`${name}: another verdict than latchkey, which ${own ? 'takes' : 'refuses'} ${what}`);
  console.log(`${name}: ${parts.length - others.length} of ${parts.length} verdicts are the same`);
  differences += others.length;
}
if (differences > 0) process.exit(1);
