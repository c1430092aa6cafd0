// Generates the TypeScript of the operations: their types by graphql-codegen, then a document and a function for each.
import { readdirSync, readFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, getNamedType, isInputObjectType, Kind, OperationTypeNode, parse, print, stripIgnoredCharacters, visit } from 'graphql';

const FOLDER = new URL('../operations/', import.meta.url);

// What guests may call: an access token that has expired is not renewed first. `tests` checks the names against the schema.
export const FOR_GUESTS = new Set([
  'cancelAccountDeletion',
  'checkPassword',
  'completeLogin',
  'finishPasskeyLogin',
  'forgotPassword',
  'linkIdentity',
  'login',
  'loginWithCode',
  'policy',
  'resetPassword',
  'sendVerificationCode',
  'signup',
  'startLogin',
  'undoEmailChange',
  'verifyEmail',
]);

// These are written by hand, because they change the client's state: src/client.ts.
const BY_HAND = new Set(['logout', 'refresh']);

export const sdl = readFileSync(process.env.SCHEMA ?? new URL('../../../schema.graphql', import.meta.url), 'utf8');
export const schema = buildSchema(sdl);
export const documents = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => ({ location: name, document: parse(readFileSync(new URL(name, FOLDER), 'utf8')) }));

/** Returns the text of an operation with the fragments that it uses, as short as it gets. */
function textOf(operation, fragments) {
  const used = new Map();
  const collect = (definition) =>
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (used.has(name.value)) return;
        used.set(name.value, fragment);
        collect(fragment);
      },
    });
  collect(operation);
  return stripIgnoredCharacters([operation, ...used.values()].map(print).join('\n'));
}

const ROOTS = {
  [OperationTypeNode.QUERY]: schema.getQueryType(),
  [OperationTypeNode.MUTATION]: schema.getMutationType(),
  [OperationTypeNode.SUBSCRIPTION]: schema.getSubscriptionType(),
};
const lower = (name) => name[0].toLowerCase() + name.slice(1);
const kindOf = ({ operation }) => operation[0].toUpperCase() + operation.slice(1);

/** Returns the document constant of an operation, and the function that runs it. */
function codeOf(operation, fragments) {
  const name = operation.name.value;
  const [root] = operation.selectionSet.selections.map((selection) => selection.name.value);
  const field = ROOTS[operation.operation].getFields()[root];
  const types = `Types.${name}${kindOf(operation)}, Types.${name}${kindOf(operation)}Variables`;
  const constant = `export const ${name}Document = ${JSON.stringify(textOf(operation, fragments))} as Document<${types}>;`;
  if (BY_HAND.has(root) || operation.operation === 'subscription') return constant;
  const options = [
    ...(FOR_GUESTS.has(root) ? ['guest: true'] : []),
    ...['delivery', 'attempt'].filter((name) => field.args.some(({ type }) => hasField(getNamedType(type), name))).map((name) => `${name}: true`),
  ];
  const call = (variables) =>
    `client.call(${name}Document, ${variables}${options.length > 0 ? `, { ${options.join(', ')} }` : ''}).then((data) => data.${root})`;
  const result = `Promise<Types.${name}${kindOf(operation)}['${root}']>`;
  const doc = `/** ${(field.description ?? '').split('\n').join('\n * ')} */`;
  return `${constant}\n\n${doc}\n${functionOf(operation, name, { call, result, options })}`;
}

const hasField = (type, name) => isInputObjectType(type) && name in type.getFields();

function functionOf(operation, name, { call, result, options }) {
  const variables = `Types.${name}${kindOf(operation)}Variables`;
  const [first] = operation.variableDefinitions;
  if (!first) return `export const ${lower(name)} = (client: Client): ${result} => ${call('{}')};`;
  if (first.variable.name.value !== 'input') {
    const optional = operation.variableDefinitions.every(({ type, defaultValue }) => type.kind !== Kind.NON_NULL_TYPE || defaultValue);
    return `export const ${lower(name)} = (client: Client, variables: ${variables}${optional ? ' = {}' : ''}): ${result} => ${call('variables')};`;
  }
  // The client chooses the delivery of the refresh token, and draws the attempts.
  const own = options.filter((option) => option !== 'guest: true').map((option) => `'${option.split(':')[0]}'`);
  const input = own.length > 0 ? `Omit<NonNullable<${variables}['input']>, ${own.join(' | ')}>` : `NonNullable<${variables}['input']>`;
  const fallback = first.type.kind === Kind.NON_NULL_TYPE ? '' : ' = {}';
  return `export const ${lower(name)} = (client: Client, input: ${input}${fallback}): ${result} => ${call('{ input }')};`;
}

/** Returns the text of src/generated/operations.ts. */
export async function generate(sources) {
  const types = await codegen({
    schema: parse(sdl),
    documents: sources,
    filename: 'types.ts',
    pluginMap: { operations: typescriptOperations },
    plugins: [{ operations: {} }],
    config: { scalars: { DateTime: 'string' }, strictScalars: true, useTypeImports: true },
  });
  const definitions = sources.flatMap(({ document }) => document.definitions);
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((fragment) => [fragment.name.value, fragment]),
  );
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const functions = operations.map((operation) => codeOf(operation, fragments)).join('\n\n');
  return {
    types: `// Generated by scripts/generate.mjs from operations/*.graphql.\n${types}`,
    operations: `// Generated by scripts/generate.mjs from operations/*.graphql.\nimport type { Client } from '../client.js';\nimport type { Document } from '../transport.js';\nimport type * as Types from './types.js';\n\n${functions}\n`,
  };
}
