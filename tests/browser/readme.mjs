// Reads the README's example query and table of tabs.
import { readFileSync } from 'node:fs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Returns the first query and its variables. */
export function firstQuery() {
  const [, rest] = readme.split('<!-- first query -->');
  const [, query] = rest?.match(/^```graphql\n(.*?)^```$/ms) ?? [];
  const [, variables] = rest?.match(/^```json\n(.*?)^```$/ms) ?? [];
  if (!query || !variables) {
    throw new Error('README.md has no `<!-- first query -->` with a ```graphql and a ```json block after it');
  }
  return { query, variables, input: JSON.parse(variables).input };
}

/** Returns the names of the tabs, in order. */
export function walkTabs() {
  const [, rest] = readme.split('<!-- tabs -->');
  const [table] = rest?.split('<!-- /tabs -->') ?? [];
  const names = [...(table ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  if (names.length === 0) throw new Error('README.md has no table between `<!-- tabs -->` and `<!-- /tabs -->`');
  return names;
}
