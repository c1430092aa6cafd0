// Compares schema.graphql with the public contract, as schemas and not as text. It may add fields, optional inputs, union
// members and operations, but must not change what the contract defines. Everything in it needs a description, because
// front-end developers read the schema, not the code.
import { existsSync, readFileSync } from 'node:fs';
import {
  BreakingChangeType,
  buildASTSchema,
  buildSchema,
  concatAST,
  DangerousChangeType,
  extendSchema,
  findBreakingChanges,
  findDangerousChanges,
  isEnumType,
  isIntrospectionType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
  Kind,
  parse,
  parseType,
  parseValue,
  validateSchema,
  visit,
} from 'graphql';

const schemaPath = process.env.SCHEMA ?? new URL('../../schema.graphql', import.meta.url);
const contractPath = process.env.LATCHKEY_CONTRACT ?? new URL('../../../shared/contract.graphql', import.meta.url);
const additionsPath = new URL('contract-2.graphql', new URL(contractPath, import.meta.url));

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

/** What version 2 changes in version 1, by coordinate: the type of an input, and its default where there is one. */
const AMENDMENTS = {
  'SignupInput.gender': ['Gender', 'UNDISCLOSED'],
  'SignupInput.delivery': ['TokenDelivery', 'BODY'],
  'LoginInput.delivery': ['TokenDelivery', 'BODY'],
  'VerifyEmailInput.delivery': ['TokenDelivery', 'BODY'],
  'LogoutInput.everywhere': ['Boolean', 'false'],
  'ChangePasswordInput.currentPassword': ['String'],
  'Mutation.logout.input': ['LogoutInput', '{}'],
};

function amended(node, coordinate) {
  const [type, value] = AMENDMENTS[coordinate] ?? [];
  if (type === undefined) return undefined;
  return { ...node, type: parseType(type), defaultValue: value === undefined ? undefined : parseValue(value) };
}

/** Applies the amendments to version 1. What version 2 defines anew is left out, and so are fields that moved. */
function amendedFirst(first, second) {
  const isDefinition = ({ kind }) => !kind.endsWith('Extension');
  const redefined = new Set(second.definitions.filter(isDefinition).map(({ name }) => name.value));
  const kept = first.definitions.filter(({ name }) => !redefined.has(name?.value));
  return visit({ kind: Kind.DOCUMENT, definitions: kept }, {
    InputObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields.map((field) => amended(field, `${type.name.value}.${field.name.value}`) ?? field),
    }),
    ObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields
        .filter((field) => `${type.name.value}.${field.name.value}` !== 'Query.checkPassword')
        .map((field) => ({
          ...field,
          arguments: field.arguments.map((argument) =>
            amended(argument, `${type.name.value}.${field.name.value}.${argument.name.value}`) ?? argument),
        })),
    }),
  });
}

/** Reads both versions of the contract as one schema. */
function wholeContract() {
  const second = parse(readFileSync(additionsPath, 'utf8'));
  const first = amendedFirst(parse(readFileSync(contractPath, 'utf8')), second);
  const isExtension = ({ kind }) => kind.endsWith('Extension');
  const [extensions, definitions] = [true, false].map((wanted) => ({
    kind: Kind.DOCUMENT,
    definitions: second.definitions.filter((definition) => isExtension(definition) === wanted),
  }));
  const base = buildASTSchema(concatAST([first, definitions]), { assumeValid: true });
  return extendSchema(base, extensions, { assumeValid: true });
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
  if (existsSync(contractPath)) {
    check(name, () => compare(wholeContract(), schema));
  } else {
    skip(name, 'there is no contract beside the project; set LATCHKEY_CONTRACT to its path');
  }
}

if (schema !== undefined && existsSync(contractPath)) {
  console.log(`Of the contract ${notBuilt(wholeContract(), schema).length} parts are not built yet.`);
}

const { passed, failed, skipped } = counts;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
