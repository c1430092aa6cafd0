// Sends the full introspection queries of graphql-js 16 and 17 to the server at the URL that is given, and compares the
// schema that a client builds from the answer with schema.graphql. Usage: node introspection.mjs URL
// Prints the size of each answer. Exit code 1 on an error, a difference, or an answer of more than half a megabyte.

import * as graphql16 from 'graphql-16';
import * as graphql17 from 'graphql-17';
import { readFileSync } from 'node:fs';

const [url] = process.argv.slice(2);
const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const MAX_BYTES = 512 * 1024;

const ALL = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};
const QUERIES = {
  'with the default options': {},
  // What GraphiQL's toolkit asks for.
  'of GraphiQL': { inputValueDeprecation: true, schemaDescription: true },
  'with all options': ALL,
};

let failed = 0;
for (const [version, graphql] of [[16, graphql16], [17, graphql17]]) {
  const printed = (schema) => graphql.printSchema(graphql.lexicographicSortSchema(schema));
  const expected = printed(graphql.buildSchema(sdl));
  for (const [name, options] of Object.entries(QUERIES)) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: graphql.getIntrospectionQuery(options) }),
    });
    const text = await response.text();
    const { data, errors } = JSON.parse(text);
    const problems = (errors ?? []).map(({ message }) => message);
    if (text.length > MAX_BYTES) problems.push(`more than ${MAX_BYTES} bytes`);
    // The others leave parts of the schema out.
    if (options === ALL && data && printed(graphql.buildClientSchema(data)) !== expected) {
      problems.push('the schema differs from schema.graphql');
    }
    failed += problems.length;
    console.log(`graphql-js ${version}, ${name}: ${text.length} bytes ${problems.join('; ')}`.trim());
  }
}
process.exit(failed === 0 ? 0 : 1);
