// Holds schema.graphql against the public contract, as schemas and not as text: it may extend the contract by fields,
// optional inputs, union members and operations, and what the contract names stands as it is. And everything in it has
// a description, because front-end developers read the schema, not the code.
import { existsSync, readFileSync } from 'node:fs';
import {
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

const schemaPath = process.env.SCHEMA ?? new URL('../../schema.graphql', import.meta.url);
const contractPath = process.env.LATCHKEY_CONTRACT ?? new URL('../../../shared/contract.graphql', import.meta.url);

const counts = { passed: 0, failed: 0, skipped: 0 };

/** One check: what it returns are the faults found, one line each. */
function check(name, find) {
  let faults;
  try {
    faults = find();
  } catch (fault) {
    faults = [fault.message];
  }
  counts[faults.length === 0 ? 'passed' : 'failed'] += 1;
  console.log(`${faults.length === 0 ? 'ok     ' : 'FAILED '} ${name}`);
  for (const fault of faults) console.log(`        ${fault}`);
}

function skip(name, why) {
  counts.skipped += 1;
  console.log(`SKIPPED ${name}: ${why}`);
}

/** Every field, argument, input field and enum value of a schema, as [coordinate, definition], and the types themselves. */
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

/** What front ends that were built from the contract would stop to understand. */
function breaking(contract, schema) {
  const mayBe = new Set([
    DangerousChangeType.TYPE_ADDED_TO_UNION,
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED,
    DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED,
    DangerousChangeType.OPTIONAL_ARG_ADDED,
  ]);
  // A new value in an enum, or another default of an argument, is no extension that the contract allows.
  const dangerous = findDangerousChanges(contract, schema).filter(({ type }) => !mayBe.has(type));
  return [...findBreakingChanges(contract, schema), ...dangerous].map(({ description }) => description);
}

/** graphql-js lets an output become non-null and a default of an input field change; the contract does not. */
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

/** Whatever says `message` to a person is an AccountError: a new member of a result union too. */
function strangers(schema) {
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

let schema;
check('schema.graphql is a schema', () => {
  schema = buildSchema(readFileSync(schemaPath, 'utf8'));
  return validateSchema(schema).map(({ message }) => message);
});

if (schema !== undefined) {
  check('everything in the schema has a description', () => undescribed(schema));
  check('every member of a result union that tells a person something is an AccountError', () => strangers(schema));
}

const held = [
  ['the schema extends the contract without a breaking change', breaking],
  ['types, nullability and defaults are the contract\'s', changed],
];
for (const [name, faults] of held) {
  if (schema === undefined) break;
  if (existsSync(contractPath)) {
    check(name, () => faults(buildSchema(readFileSync(contractPath, 'utf8')), schema));
  } else {
    skip(name, 'there is no contract beside the project; set LATCHKEY_CONTRACT to its path');
  }
}

const { passed, failed, skipped } = counts;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
