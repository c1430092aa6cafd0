// Gives generated documents to graphql-js 16 and 17 and to the server at the URL that is given, and compares:
// the same verdict, and for accepted documents the same data. Usage: node differential.mjs URL [CASES] [SEED]
// Prints each difference, and a line of totals at the end. Exit code 1 unless there is
// no difference, and a fifth of the documents were accepted and compared.

import { isDeepStrictEqual } from 'node:util';

import { print } from 'graphql-17';

import { Client } from './client.mjs';
import { expected } from './deviations.mjs';
import { Documents } from './documents.mjs';
import { Mutations } from './mutations.mjs';
import { Random } from './random.mjs';
import { references } from './reference.mjs';

const [url, cases = '3000', seed = '20250903'] = process.argv.slice(2);
const CONCURRENT = 8;
// Values of the introspection are each server's own.
const INTROSPECTION = /__schema|__type\b/;

const [sixteen, seventeen] = references();
const random = new Random(Number(seed));
const documents = new Documents(seventeen.schema, random);
const mutations = new Mutations(random);
const client = new Client(url);
const totals = { syntax: 0, validation: 0, variables: 0, accepted: 0, limits: 0, compared: 0 };
const differences = [];

function generate() {
  const valid = documents.generate();
  if (random.happens(0.3)) return { text: print(valid.document), variables: valid.variables };
  return mutations.apply(valid);
}

async function check({ text, variables }) {
  const old = sixteen.verdict(text, variables);
  const now = seventeen.verdict(text, variables);
  const want = expected(text, variables, old, now);
  const reply = await client.send(text, variables);
  const got = reply.verdict;
  totals[got] += 1;
  if (got === 'limits') return;
  if (got !== want.verdict) {
    differences.push({ text, variables, got: `${got}: ${reply.message}`, want: `${want.verdict}: ${want.why}` });
  } else if (got === 'accepted' && !INTROSPECTION.test(text)) {
    await compare(now.document ?? old.document, variables);
  }
}

// Sends the document once more, with the types that graphql-js has to know.
async function compare(document, variables) {
  const typed = seventeen.withTypes(document);
  const text = print(typed);
  const { data, verdict } = await client.send(text, variables);
  if (verdict !== 'accepted' || data === null) return;
  totals.compared += 1;
  const result = seventeen.execute(typed, variables, data);
  const same = JSON.stringify(result.data) === JSON.stringify(data);
  if (!same || !isDeepStrictEqual(Object.keys(result), ['data'])) {
    differences.push({ text, variables, got: JSON.stringify(data), want: JSON.stringify(result) });
  }
}

const all = Array.from({ length: Number(cases) }, generate);
await client.signUp();
const next = all.values();
const work = async () => {
  for (const one of next) await check(one);
};
await Promise.all(Array.from({ length: CONCURRENT }, work));

for (const difference of differences.slice(0, 20)) console.log(JSON.stringify(difference, null, 1));
const counted = Object.entries(totals).map(([key, count]) => `${key} ${count}`);
console.log(counted.join(', '));
console.log(`${all.length} documents, ${differences.length} differences`);
// A generator that makes next to nothing valid would find no difference either.
const isVaried = totals.compared * 5 > all.length;
process.exit(differences.length === 0 && isVaried ? 0 : 1);
