// Changes valid documents, so that most of them are valid no longer: one change of each kind that a rule forbids.

import { Kind, parseType, print, visit } from 'graphql-17';

import { name, variable } from './documents.mjs';

const NAMES = [
  'me', 'policy', 'login', 'logout', 'id', 'email', 'user', 'message', 'input', 'password', 'delivery', 'everywhere', 'name',
  'User', 'Query', 'Mutation', 'Session', 'LoginInput', 'AccountError', 'Node', 'String', 'Boolean', 'Gender', 'Authenticated',
  'BODY', 'FEMALE', 'USER', 'F0', 'F1', 'v0', 'v1', 'v2', 'skip', 'include', 'specifiedBy', 'deprecated', 'if', 'x', '__typename',
  '__type', '__schema', 'sessions', 'codeLength', 'firstName', 'on', 'InvalidInput', 'fields', 'code', 'createdAt',
];
const LITERALS = [
  { kind: Kind.NULL },
  { kind: Kind.INT, value: '1' },
  { kind: Kind.INT, value: '2147483648' },
  { kind: Kind.FLOAT, value: '1.5' },
  { kind: Kind.STRING, value: 'x' },
  { kind: Kind.BOOLEAN, value: true },
  { kind: Kind.ENUM, value: 'COOKIE' },
  { kind: Kind.LIST, values: [] },
  { kind: Kind.LIST, values: [{ kind: Kind.NULL }] },
  { kind: Kind.OBJECT, fields: [] },
  { kind: Kind.OBJECT, fields: [{ kind: Kind.OBJECT_FIELD, name: name('email'), value: { kind: Kind.STRING, value: 'x' } }] },
  variable('v0'),
  variable('nothing'),
];
const TYPES = [
  'String', 'String!', 'Int', 'ID', 'ID!', 'Boolean', 'Boolean!', '[String!]', '[String]!', 'Gender', 'Gender!', 'LoginInput',
  'LoginInput!', 'TokenDelivery', 'User', 'Nothing', 'LoginResult', 'DateTime', 'UpdateProfileInput!', '[LoginInput!]',
];
const JSON_VALUES = [null, 0, 1, 1.5, -0, 3e9, true, false, '', 'x', 'FEMALE', 'BODY', [], [null], ['x'], {}, { x: 1 }, { email: 'x' }];

export class Mutations {
  constructor(random) {
    this.random = random;
  }

  // Returns a changed copy of a case, as text.
  apply({ document, variables }) {
    const { random } = this;
    let changed = { document, variables: structuredClone(variables) };
    let text;
    for (let count = 1 + random.below(2); count > 0; count -= 1) {
      const kind = random.below(20);
      if (kind < 15) changed = { ...changed, document: this.document(changed.document) };
      else if (kind < 18) changed = { ...changed, variables: this.variables(changed.variables) };
      else text = this.text(text ?? print(changed.document));
    }
    return { text: text ?? print(changed.document), variables: changed.variables };
  }

  // Picks one node of some kinds, and puts something else in its place.
  replace(document, kinds, change) {
    const found = [];
    visit(document, {
      enter: (node) => {
        if (kinds.includes(node.kind)) found.push(node);
      },
    });
    if (found.length === 0) return document;
    const picked = this.random.pick(found);
    return visit(document, {
      enter: (node) => (node === picked ? change(node) : undefined),
    });
  }

  document(document) {
    return this[this.random.pick(Mutations.kinds)](document);
  }

  static kinds = [
    'rename', 'rename', 'value', 'value', 'dropArgument', 'repeatArgument', 'inputField', 'directive', 'variableType',
    'variableDefault', 'extraVariable', 'dropVariable', 'selectionSet', 'alias', 'repeatSelection', 'fragment', 'circle',
    'operation', 'description', 'repeatDefinition', 'typeCondition', 'extraField', 'conflict',
  ];

  rename(document) {
    return this.replace(document, [Kind.NAME], (node) => ({
      ...node,
      value: this.random.happens(0.3) ? `${node.value}x` : this.random.pick(NAMES),
    }));
  }

  value(document) {
    const kinds = [Kind.ARGUMENT, Kind.OBJECT_FIELD];
    return this.replace(document, kinds, (node) => ({ ...node, value: this.random.pick(LITERALS) }));
  }

  dropArgument(document) {
    return this.replace(document, [Kind.ARGUMENT, Kind.OBJECT_FIELD], () => null);
  }

  repeatArgument(document) {
    const kinds = [Kind.FIELD, Kind.DIRECTIVE];
    return this.replace(document, kinds, (node) => ({
      ...node,
      arguments: [...node.arguments, node.arguments[0] ?? this.newArgument()],
    }));
  }

  newArgument() {
    const { random } = this;
    return { kind: Kind.ARGUMENT, name: name(random.pick(NAMES)), value: random.pick(LITERALS) };
  }

  inputField(document) {
    const { random } = this;
    return this.replace(document, [Kind.OBJECT], (node) => {
      const field = { kind: Kind.OBJECT_FIELD, name: name(random.pick(NAMES)), value: random.pick(LITERALS) };
      return { ...node, fields: [...node.fields, random.happens(0.5) ? (node.fields[0] ?? field) : field] };
    });
  }

  directive(document) {
    const { random } = this;
    const kinds = [
      Kind.FIELD, Kind.FRAGMENT_SPREAD, Kind.INLINE_FRAGMENT, Kind.OPERATION_DEFINITION, Kind.FRAGMENT_DEFINITION,
      Kind.VARIABLE_DEFINITION,
    ];
    return this.replace(document, kinds, (node) => {
      const names = ['skip', 'include', 'deprecated', 'specifiedBy', 'oneOf', 'nothing'];
      const value = random.pick([{ kind: Kind.BOOLEAN, value: true }, ...LITERALS]);
      const directive = {
        kind: Kind.DIRECTIVE,
        name: name(random.pick(names)),
        arguments: random.happens(0.8) ? [{ kind: Kind.ARGUMENT, name: name('if'), value }] : [],
      };
      const repeated = random.happens(0.3) ? [directive] : [];
      return { ...node, directives: [...(node.directives ?? []), directive, ...repeated] };
    });
  }

  variableType(document) {
    return this.replace(document, [Kind.VARIABLE_DEFINITION], (node) => ({
      ...node,
      type: parseType(this.random.pick(TYPES)),
    }));
  }

  variableDefault(document) {
    const literals = LITERALS.filter((literal) => literal.kind !== Kind.VARIABLE);
    return this.replace(document, [Kind.VARIABLE_DEFINITION], (node) => ({
      ...node,
      defaultValue: node.defaultValue && this.random.happens(0.5) ? undefined : this.random.pick(literals),
    }));
  }

  extraVariable(document) {
    const definition = {
      kind: Kind.VARIABLE_DEFINITION,
      variable: variable(this.random.pick(['v0', 'v9', 'nothing'])),
      type: parseType(this.random.pick(TYPES)),
      directives: [],
    };
    return this.replace(document, [Kind.OPERATION_DEFINITION], (node) => ({
      ...node,
      variableDefinitions: [...node.variableDefinitions, definition],
    }));
  }

  dropVariable(document) {
    return this.replace(document, [Kind.VARIABLE_DEFINITION], () => null);
  }

  selectionSet(document) {
    return this.replace(document, [Kind.FIELD], (node) => ({
      ...node,
      selectionSet: node.selectionSet ? undefined : set(field(this.random.pick(NAMES))),
    }));
  }

  alias(document) {
    return this.replace(document, [Kind.FIELD], (node) => ({ ...node, alias: name(this.random.pick(NAMES)) }));
  }

  repeatSelection(document) {
    return this.replace(document, [Kind.SELECTION_SET], (node) => ({
      ...node,
      selections: [...node.selections, this.random.pick(node.selections)],
    }));
  }

  // Selects something else by a response name that is taken.
  conflict(document) {
    return this.replace(document, [Kind.SELECTION_SET], (node) => {
      const first = node.selections.find((selection) => selection.kind === Kind.FIELD);
      if (!first) return node;
      const other = { ...field(this.random.pick(NAMES)), alias: first.alias ?? first.name };
      const inline = { kind: Kind.INLINE_FRAGMENT, directives: [], selectionSet: set(other) };
      return { ...node, selections: [...node.selections, this.random.happens(0.5) ? other : inline] };
    });
  }

  extraField(document) {
    return this.replace(document, [Kind.SELECTION_SET], (node) => ({
      ...node,
      selections: [...node.selections, field(this.random.pick(NAMES))],
    }));
  }

  fragment(document) {
    const { random } = this;
    const fragment = {
      kind: Kind.FRAGMENT_DEFINITION,
      name: name(random.pick(['F0', 'F1', 'G', 'on'])),
      typeCondition: type(random.pick(NAMES)),
      directives: [],
      selectionSet: set(field(random.pick(NAMES))),
    };
    const defined = { ...document, definitions: [...document.definitions, fragment] };
    if (random.happens(0.3)) return defined;
    const spread = { kind: Kind.FRAGMENT_SPREAD, name: name(random.pick(['G', 'F0', 'H'])), directives: [] };
    return this.replace(random.happens(0.7) ? defined : document, [Kind.SELECTION_SET], (node) => ({
      ...node,
      selections: [...node.selections, spread],
    }));
  }

  circle(document) {
    return this.replace(document, [Kind.FRAGMENT_DEFINITION], (node) => {
      const spread = { kind: Kind.FRAGMENT_SPREAD, name: node.name, directives: [] };
      return { ...node, selectionSet: { ...node.selectionSet, selections: [...node.selectionSet.selections, spread] } };
    });
  }

  operation(document) {
    return this.replace(document, [Kind.OPERATION_DEFINITION], (node) => ({
      ...node,
      operation: this.random.pick(['query', 'mutation', 'subscription']),
    }));
  }

  description(document) {
    const kinds = [Kind.OPERATION_DEFINITION, Kind.FRAGMENT_DEFINITION, Kind.VARIABLE_DEFINITION];
    const description = { kind: Kind.STRING, value: 'It says "what".', block: this.random.happens(0.5) };
    return this.replace(document, kinds, (node) => ({ ...node, description }));
  }

  repeatDefinition(document) {
    const { random } = this;
    const again = random.pick(document.definitions);
    const renamed = random.happens(0.3) ? { ...again, name: name('B') } : again;
    return { ...document, definitions: [...document.definitions, renamed] };
  }

  typeCondition(document) {
    const kinds = [Kind.INLINE_FRAGMENT, Kind.FRAGMENT_DEFINITION];
    return this.replace(document, kinds, (node) => ({ ...node, typeCondition: type(this.random.pick(NAMES)) }));
  }

  variables(values) {
    const { random } = this;
    const target = random.happens(0.5) ? values : (Object.values(values).find((it) => it?.constructor === Object) ?? values);
    const keys = Object.keys(target);
    if (keys.length === 0 || random.happens(0.15)) target[random.pick(NAMES)] = random.pick(JSON_VALUES);
    else if (random.happens(0.4)) delete target[random.pick(keys)];
    else target[random.pick(keys)] = structuredClone(random.pick(JSON_VALUES));
    return values;
  }

  // Changes the text itself: a token that is left out or put twice, or a character written as an escape.
  text(text) {
    const { random } = this;
    const tokens = text.split(/([{}()[\]:!@$=,\s]|\.\.\.|"[^"\n]*")/).filter(Boolean);
    const at = random.below(tokens.length);
    switch (random.below(4)) {
      case 0:
        tokens.splice(at, 1);
        break;
      case 1:
        tokens.splice(at, 0, random.pick(tokens));
        break;
      case 2:
        tokens.splice(at, 0, random.pick(['"', '\\', '#', '{', '}', '""', '&', '1', '01', '1.', '..', '\ufeff', '\u00a0', 'é', '"x"', '|']));
        break;
      default: {
        const escapes = ['\\u{41}', '\\u{1F600}', '\\uD83D\\uDE00', '\\uD83D', '\\u0041', '\\u{110000}', '\\u{}', '\\x', '\\/'];
        return text.replace(/"([^"\n]+)"/, () => `"${random.pick(escapes)}"`);
      }
    }
    return tokens.join('');
  }
}

const set = (...selections) => ({ kind: Kind.SELECTION_SET, selections });
const field = (text) => ({ kind: Kind.FIELD, name: name(text), arguments: [], directives: [] });
const type = (text) => ({ kind: Kind.NAMED_TYPE, name: name(text) });
