// Builds the package into dist: generates types and functions from operations/*.graphql, compiles them, and adds the schema
// in the forms that tools read.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isUnionType, isInterfaceType, introspectionFromSchema } from 'graphql';
import { documents, generate, schema, sdl } from './generate.mjs';

const ROOT = new URL('../', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, ROOT));

const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter((type) => (isUnionType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name).toSorted()])
    .toSorted(([a], [b]) => a.localeCompare(b)),
);

rmSync(path('dist'), { recursive: true, force: true });
mkdirSync(path('src/generated'), { recursive: true });
for (const [name, text] of Object.entries(await generate(documents))) writeFileSync(path(`src/generated/${name}.ts`), text);
execFileSync(process.execPath, [path('node_modules/typescript/bin/tsc'), '-p', path('tsconfig.json')], { stdio: 'inherit' });
writeFileSync(path('dist/schema.graphql'), sdl);
writeFileSync(path('dist/schema.json'), `${JSON.stringify({ __schema: introspectionFromSchema(schema).__schema })}\n`);
writeFileSync(path('dist/possibleTypes.json'), `${JSON.stringify(possibleTypes, null, 2)}\n`);
