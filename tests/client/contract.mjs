// Compares schema.graphql with the public contract, as schemas and not as text. It may add fields, optional inputs, union
// members and operations, but must not change what the contract defines. Everything in it needs a description, because
// front-end developers read the schema, not the code.
import { readFileSync } from 'node:fs';
import {
  BreakingChangeType,
  buildSchema,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  isEnumType,
  isIntrospectionType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
  validateSchema,
} from 'graphql';
import { contractPath, isThere, wholeContract } from './contract-text.mjs';
import { inspected, released } from './inspector.mjs';

const schemaPath = process.env.SCHEMA ?? new URL('../../schema.graphql', import.meta.url);

const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs one check. `find` returns the problems that it found, one line each. */
function check(name, find) {
  let problems;
  try {
    problems = find();
  } catch (error) {
    problems = [error.message];
  }
  counts[problems.length === 0 ? 'passed' : 'failed'] += 1;
  console.log(`${problems.length === 0 ? 'ok     ' : 'FAILED '} ${name}`);
  for (const problem of problems) console.log(`        ${problem}`);
}

function skip(name, why) {
  counts.skipped += 1;
  console.log(`SKIPPED ${name}: ${why}`);
}

/** Yields every type, field, argument, input field and enum value of a schema as [coordinate, definition]. */
function* definitions(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    yield [type.name, type];
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    } else if ('getFields' in type) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field];
        for (const arg of field.args ?? []) yield [`${type.name}.${field.name}(${arg.name}:)`, arg];
      }
    }
  }
  for (const directive of schema.getDirectives()) {
    if (isSpecifiedDirective(directive)) continue;
    yield [`@${directive.name}`, directive];
    for (const arg of directive.args) yield [`@${directive.name}(${arg.name}:)`, arg];
  }
}

/** Lists the changes that break front ends which were built from the contract. */
function breaking(contract, schema) {
  const mayBe = new Set([
    DangerousChangeType.TYPE_ADDED_TO_UNION,
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED,
    DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED,
    DangerousChangeType.OPTIONAL_ARG_ADDED,
  ]);
  // The contract allows neither new enum values nor other defaults of arguments.
  const dangerous = findDangerousChanges(contract, schema).filter(({ type }) => !mayBe.has(type));
  return [...findBreakingChanges(contract, schema), ...dangerous].map(({ description }) => description);
}

/** Lists changes that graphql-js accepts and the contract does not: non-null outputs, and defaults of input fields. */
function changed(contract, schema) {
  const built = new Map(definitions(schema));
  return [...definitions(contract)].flatMap(([name, promised]) => {
    const now = built.get(name);
    if (now === undefined || promised.type === undefined) return [];
    const [before, after] = [shape(promised), shape(now)];
    return before === after ? [] : [`${name} is ${after}, the contract says ${before}`];
  });
}

function shape({ type, defaultValue }) {
  return defaultValue === undefined ? String(type) : `${type} = ${JSON.stringify(defaultValue)}`;
}

/** Lists members of result unions that have a `message` and do not implement AccountError. */
function otherErrors(schema) {
  const errors = new Set(schema.getPossibleTypes(schema.getType('AccountError')));
  return Object.values(schema.getTypeMap())
    .filter((type) => isUnionType(type) && type.name.endsWith('Result'))
    .flatMap((union) => union.getTypes().map((type) => ({ union, type })))
    .filter(({ type }) => 'message' in type.getFields() && !errors.has(type))
    .map(({ union, type }) => `${type.name} in ${union.name} has a message and does not implement AccountError`);
}

function undescribed(schema) {
  return [...definitions(schema)]
    .filter(([, { description }]) => !description?.trim())
    .map(([name]) => `${name} has no description`);
}

/** Lists what only version 2 has and the schema does not have yet. It is not a breaking change: the feature is not built. */
function notBuilt(contract, schema) {
  const first = new Map(definitions(buildSchema(readFileSync(contractPath, 'utf8'))));
  const built = new Map(definitions(schema));
  return [...definitions(contract)].map(([name]) => name).filter((name) => !built.has(name) && !first.has(name));
}

const REMOVALS = new Set([
  BreakingChangeType.TYPE_REMOVED,
  BreakingChangeType.FIELD_REMOVED,
  BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
]);

/** Lists the breaking changes, without what is not built yet. */
function breakingInBuilt(contract, schema) {
  const missing = notBuilt(contract, schema);
  const isMissing = (change) => missing.some((name) => change.includes(name) || change.startsWith(`${name.split('.')[1]} was removed from`));
  const removals = findBreakingChanges(contract, schema)
    .filter(({ type, description }) => REMOVALS.has(type) && isMissing(description))
    .map(({ description }) => description);
  return breaking(contract, schema).filter((description) => !removals.includes(description));
}

let schema;
check('schema.graphql is a schema', () => {
  schema = buildSchema(readFileSync(schemaPath, 'utf8'));
  return validateSchema(schema).map(({ message }) => message);
});

if (schema !== undefined) {
  check('everything in the schema has a description', () => undescribed(schema));
  check('every member of a result union with a message is an AccountError', () => otherErrors(schema));
}

const comparisons = [
  ['the schema extends the contract without a breaking change', breakingInBuilt],
  ['types, nullability and defaults are the contract\'s', changed],
];
for (const [name, compare] of comparisons) {
  if (schema === undefined) break;
  if (isThere) {
    check(name, () => compare(wholeContract(), schema));
  } else {
    skip(name, 'there is no contract beside the project; set LATCHKEY_CONTRACT to its path');
  }
}

if (schema !== undefined && isThere) {
  const missing = notBuilt(wholeContract(), schema);
  const found = await inspected(wholeContract(), schema, missing);
  check('graphql-inspector finds no breaking change from the contract', () => found);
  console.log(`Of the contract ${missing.length} parts are not built yet.`);
}

const before = schema && released();
if (before) {
  const found = await inspected(buildSchema(before), schema);
  check('graphql-inspector finds no breaking change from the last release', () => found);
}

const { passed, failed, skipped } = counts;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
