// Writes operations/*.graphql from schema.graphql: one operation for each field of Query, Mutation and Subscription, and the
// fragments that they share. `--check` compares instead, and prints the command that updates them.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';

const ROOT = new URL('../../../', import.meta.url);
const FOLDER = new URL('../operations/', import.meta.url);
const schema = buildSchema(readFileSync(process.env.SCHEMA ?? new URL('schema.graphql', ROOT), 'utf8'));
const node = schema.getType('Node');
const isNode = (type) => isObjectType(type) && type.getInterfaces().includes(node);
const fragmentOf = (type) => `${type.name}Fields`;
const upper = (name) => name[0].toUpperCase() + name.slice(1);
const lower = (name) => name[0].toLowerCase() + name.slice(1);
const kebab = (name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const indent = (lines) => lines.map((line) => `  ${line}`);
const needsArguments = (field) => field.args.some((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined);

/** Returns the lines that select all of an object, and of the objects in it that have no id of their own. */
function fieldsOf(type, left = () => false) {
  return Object.values(type.getFields()).flatMap((field) => {
    if (left(field) || needsArguments(field)) return [];
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return [field.name];
    if (isNode(inner)) return [`${field.name} {`, `  ...${fragmentOf(inner)}`, '}'];
    return [`${field.name} {`, ...indent(fieldsOf(inner)), '}'];
  });
}

/** Selects a user without their lists: those are operations of their own. */
function fragment(type) {
  const elsewhere = (field) => !isLeafType(getNamedType(field.type)) && (isNode(getNamedType(field.type)) || field.args.length > 0);
  return [`fragment ${fragmentOf(type)} on ${type.name} {`, ...indent(fieldsOf(type, elsewhere)), '}'];
}

/** Returns whether an earlier member has a field of this name and of another type: both are in one answer then. */
function isOtherThanBefore(union, member, name) {
  const earlier = union.getTypes().slice(0, union.getTypes().indexOf(member));
  const types = [...earlier, member].map((type) => type.getFields()[name]?.type.toString());
  return types.slice(0, -1).some((type) => type !== undefined && type !== types.at(-1));
}

function membersOf(union) {
  const members = union.getTypes().map((member) => {
    const isError = member.getInterfaces().some(({ name }) => name === 'AccountError');
    const fields = fieldsOf(member, ({ name }) => isError && name === 'message');
    return [member, fields.map((line) => (isOtherThanBefore(union, member, line) ? `${lower(member.name)}${upper(line)}: ${line}` : line))];
  });
  const hasErrors = union.getTypes().some((member) => member.getInterfaces().some(({ name }) => name === 'AccountError'));
  return [
    '__typename',
    // A member that a later release adds is shown with its message rather than lost.
    ...(hasErrors ? ['... on AccountError {', '  message', '}'] : []),
    ...members.filter(([, fields]) => fields.length > 0).flatMap(([member, fields]) => [`... on ${member.name} {`, ...indent(fields), '}']),
  ];
}

function selectionOf(type) {
  if (isUnionType(type)) return membersOf(type);
  if (isInterfaceType(type)) {
    const members = schema.getPossibleTypes(type).toSorted((a, b) => a.name.localeCompare(b.name));
    return ['__typename', 'id', ...members.flatMap((member) => [`... on ${member.name} {`, ...indent(memberOf(member, members)), '}'])];
  }
  return isNode(type) ? [`...${fragmentOf(type)}`] : fieldsOf(type);
}

/** Selects a member of an interface. A field that has another type in another member gets a name of its own. */
function memberOf(member, members) {
  const typesOf = (name) => members.map((other) => other.getFields()[name]).filter((field) => field && isLeafType(getNamedType(field.type)));
  const differs = ({ name, type }) => !isNonNullType(type) && typesOf(name).some((other) => String(other.type) !== String(type));
  const renamed = Object.values(member.getFields()).filter(differs);
  if (renamed.length === 0) return [`...${fragmentOf(member)}`];
  const own = (line) => (renamed.some(({ name }) => name === line) ? `${lower(member.name)}${upper(line)}: ${line}` : line);
  return fieldsOf(member).map(own);
}

function described(text) {
  return (text ?? '').split('\n').filter(Boolean).map((line) => `# ${line}`);
}

function operation(kind, field) {
  const optional = (argument) => (isNonNullType(argument.type) || argument.defaultValue === undefined ? '' : ' = {}');
  const variables = field.args.map((argument) => `$${argument.name}: ${argument.type}${optional(argument)}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const head = `${kind} ${upper(field.name)}${variables && `(${variables})`} {`;
  const selection = indent([`${field.name}${passed && `(${passed})`} {`, ...indent(selectionOf(getNamedType(field.type))), '}']);
  return [...described(field.description), head, ...selection, '}'];
}

/** An operation for each list of the user's objects, such as the sessions. */
function listsOf(user) {
  const lists = Object.values(user.getFields()).filter((field) => isNode(getNamedType(field.type)));
  return lists.map((field) => {
    const selection = [`${field.name} {`, `  ...${fragmentOf(getNamedType(field.type))}`, '}'];
    const lines = [...described(field.description), `query ${upper(field.name)} {`, '  me {', '    id', ...indent(indent(selection)), '  }', '}'];
    return [`${kebab(field.name)}.graphql`, lines];
  });
}

/** Pages of the user's objects, such as the security events. */
function pagesOf(user) {
  const pages = Object.values(user.getFields()).filter((field) => field.type.toString().endsWith('Connection!'));
  return pages.map((field) => {
    const variables = field.args.map(({ name, type, defaultValue }) => `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`).join(', ');
    const connection = getNamedType(field.type);
    const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
    const selection = [`${field.name}(${passed}) {`, ...indent(fieldsOf(connection, ({ name }) => name === 'nodes')), '}'];
    const lines = [...described(field.description), `query ${upper(field.name)}(${variables}) {`, '  me {', '    id', ...indent(indent(selection)), '  }', '}'];
    return [`${kebab(field.name)}.graphql`, lines];
  });
}

function files() {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ].filter(([, root]) => root);
  const operations = roots.flatMap(([kind, root]) =>
    Object.values(root.getFields()).map((field) => [`${kebab(field.name)}.graphql`, operation(kind, field)]),
  );
  const nodes = Object.values(schema.getTypeMap()).filter(isNode);
  const user = schema.getType('User');
  return [['fragments.graphql', nodes.flatMap(fragment)], ...operations, ...listsOf(user), ...pagesOf(user)];
}

const wanted = new Map(files().map(([name, lines]) => [name, `${lines.join('\n')}\n`]));
mkdirSync(FOLDER, { recursive: true });
const present = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
const stale = [...new Set([...wanted.keys(), ...present.keys()])].filter((name) => wanted.get(name) !== present.get(name));
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    console.error(`clients/typescript/operations is stale (${stale.join(', ')}): run npm run operations in clients/typescript`);
    process.exit(1);
  }
} else {
  for (const name of stale) {
    if (wanted.has(name)) writeFileSync(new URL(name, FOLDER), wanted.get(name));
    else rmSync(new URL(name, FOLDER));
  }
  console.log(`${wanted.size} files, ${stale.length} changed`);
}
