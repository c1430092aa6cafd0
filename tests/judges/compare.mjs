// Compares the verdicts of latchkey with those of the judges. What latchkey takes, each judge takes; what latchkey refuses and
// another takes is listed.
import { readFileSync } from 'node:fs';

const [path, ...judges] = process.argv.slice(2);
const { cases } = JSON.parse(readFileSync(path, 'utf8'));
let wrong = 0;
let stricter = 0;
for (const judge of judges) {
  const name = judge.split('/').at(-1).replace('.json', '');
  const answers = JSON.parse(readFileSync(judge, 'utf8'));
  const parts = cases.flatMap((it) => ['registration', 'assertion'].map((part) => [`${it.name}, ${part}`, it[part].accepted, answers[it.name][part]]));
  const laxer = parts.filter(([, own, other]) => own && !other);
  const more = parts.filter(([, own, other]) => !own && other);
  for (const [what] of laxer) console.log(`wrong: ${name} refuses ${what}`);
  for (const [what] of more) console.log(`stricter than ${name}: ${what}`);
  console.log(`${name}: ${parts.length} verdicts, ${parts.length - laxer.length - more.length} the same, ${more.length} stricter here`);
  wrong += laxer.length;
  stricter += more.length;
}
if (wrong > 0) process.exit(1);
console.log(`no judge refuses what latchkey takes; ${stricter} verdicts are stricter here`);
