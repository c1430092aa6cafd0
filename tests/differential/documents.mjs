// Generates valid documents of the schema, as syntax trees of graphql-js, with values for their variables.

import {
  GraphQLNonNull,
  Kind,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  isRequiredArgument,
  parseType,
} from 'graphql-17';

// The operations of which a request may hold one: see `CREDENTIALS` in docs/security.md.
const CREDENTIALS = new Set([
  'changePassword', 'checkPassword', 'forgotPassword', 'login', 'refresh', 'resetPassword', 'sendVerificationCode',
  'signup', 'verifyEmail',
]);
const WORDS = ['a', 'ada@x.test', 'x y', '', 'é😀', '+4915112345678', 'correct horse battery', '123456'];

export const name = (value) => ({ kind: Kind.NAME, value });
export const variable = (value) => ({ kind: Kind.VARIABLE, name: name(value) });
const boolean = (value) => ({ kind: Kind.BOOLEAN, value });

export class Documents {
  constructor(schema, random) {
    this.schema = schema;
    this.random = random;
  }

  // Returns one document and its variables.
  generate() {
    this.definitions = [];
    this.fragments = [];
    this.values = {};
    this.budget = 18;
    const { random, schema } = this;
    const isQuery = random.happens(0.4);
    const root = isQuery ? schema.getQueryType() : schema.getMutationType();
    const selectionSet = this.root(root);
    const operation = {
      kind: Kind.OPERATION_DEFINITION,
      operation: isQuery ? 'query' : 'mutation',
      name: this.definitions.length > 0 || random.happens(0.5) ? name('A') : undefined,
      variableDefinitions: this.definitions,
      directives: [],
      selectionSet,
    };
    return {
      document: { kind: Kind.DOCUMENT, definitions: [operation, ...this.fragments] },
      variables: this.values,
    };
  }

  root(type) {
    const { random } = this;
    const fields = Object.values(type.getFields());
    let hasCredential = false;
    const selections = [];
    for (let count = 1 + random.below(3); count > 0; count -= 1) {
      const field = random.pick(fields);
      if (CREDENTIALS.has(field.name)) {
        if (hasCredential) continue;
        hasCredential = true;
      }
      selections.push(this.field(field, 4, `f${count}`));
    }
    if (random.happens(0.1)) selections.push(this.typename());
    if (type === this.schema.getQueryType() && random.happens(0.1)) selections.push(this.introspection());
    return { kind: Kind.SELECTION_SET, selections };
  }

  typename() {
    return {
      kind: Kind.FIELD,
      alias: this.random.happens(0.2) ? name('kind') : undefined,
      name: name('__typename'),
      arguments: [],
      directives: this.directives(),
    };
  }

  introspection() {
    const field = (text, selections, args = []) => ({
      kind: Kind.FIELD,
      name: name(text),
      arguments: args,
      directives: [],
      selectionSet: selections && { kind: Kind.SELECTION_SET, selections },
    });
    const named = { kind: Kind.ARGUMENT, name: name('name'), value: { kind: Kind.STRING, value: 'User' } };
    const deprecated = { kind: Kind.ARGUMENT, name: name('includeDeprecated'), value: boolean(true) };
    const { random } = this;
    return random.pick([
      field('__schema', [field('queryType', [field('name')]), field('directives', [field('name')], random.happens(0.5) ? [deprecated] : [])]),
      field('__type', [field('kind'), field('name'), field('fields', [field('name')], [deprecated])], [named]),
    ]);
  }

  field(field, depth, alias) {
    const { random } = this;
    this.budget -= 1;
    const args = field.args
      .filter((arg) => isRequiredArgument(arg) || random.happens(0.5))
      .map((arg) => this.argument(arg));
    const type = getNamedType(field.type);
    return {
      kind: Kind.FIELD,
      alias: random.happens(0.2) ? name(alias) : undefined,
      name: name(field.name),
      arguments: args,
      directives: this.directives(),
      selectionSet: isCompositeType(type) ? this.selections(type, depth - 1) : undefined,
    };
  }

  argument(arg) {
    const value = this.input(arg.type, 2, arg.default !== undefined || arg.defaultValue !== undefined);
    return { kind: Kind.ARGUMENT, name: name(arg.name), value };
  }

  selections(type, depth) {
    const { random, schema } = this;
    const selections = [];
    if (!isObjectType(type) || depth < 1 || random.happens(0.3)) selections.push(this.typename());
    if ('getFields' in type) {
      const fields = Object.values(type.getFields()).filter(
        (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
      );
      for (let count = random.below(4); count > 0 && fields.length > 0 && this.budget > 0; count -= 1) {
        selections.push(this.field(random.pick(fields), depth, `f${Math.abs(depth)}${count}`));
      }
    }
    if (isAbstractType(type) && this.budget > 0) {
      const members = schema.getPossibleTypes(type);
      const interfaces = members.flatMap((member) => member.getInterfaces());
      for (let count = random.below(3); count > 0; count -= 1) {
        selections.push(this.fragment(random.pick([...members, ...members, ...interfaces]), depth));
      }
    } else if (random.happens(0.15) && this.budget > 0) {
      selections.push(this.fragment(type, depth));
    }
    if (selections.length === 0) selections.push(this.typename());
    return { kind: Kind.SELECTION_SET, selections: this.distinct(selections) };
  }

  // One field once, lest arguments and selections differ: valid documents have to be valid.
  distinct(selections) {
    const seen = new Set();
    return selections.filter((selection) => {
      const key = selection.kind === Kind.FIELD && (selection.alias ?? selection.name).value;
      if (key !== false && seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }

  fragment(type, depth) {
    const { random } = this;
    const directives = this.directives();
    const selectionSet = this.selections(type, depth - 1);
    if (random.happens(0.6)) {
      const on = { kind: Kind.NAMED_TYPE, name: name(type.name) };
      return {
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: on,
        directives,
        selectionSet,
      };
    }
    const fragment = name(`F${this.fragments.length}`);
    this.fragments.push({
      kind: Kind.FRAGMENT_DEFINITION,
      name: fragment,
      typeCondition: { kind: Kind.NAMED_TYPE, name: name(type.name) },
      directives: [],
      selectionSet,
    });
    return { kind: Kind.FRAGMENT_SPREAD, name: fragment, directives };
  }

  directives() {
    const { random } = this;
    if (!random.happens(0.15)) return [];
    const directive = (text) => ({
      kind: Kind.DIRECTIVE,
      name: name(text),
      arguments: [{ kind: Kind.ARGUMENT, name: name('if'), value: this.condition() }],
    });
    return random.pick([['skip'], ['include'], ['skip', 'include']]).map(directive);
  }

  condition() {
    if (this.random.happens(0.4)) return boolean(this.random.happens(0.5));
    const type = new GraphQLNonNull(this.schema.getType('Boolean'));
    return this.variable(type, 1, false);
  }

  // A literal or a variable for a place of an input type.
  input(type, depth, hasDefault) {
    return this.random.happens(0.4) ? this.variable(type, depth, hasDefault) : this.literal(type, depth);
  }

  // Defines a variable that may stand where a value of the type may, and gives it a value or none.
  variable(type, depth, hasDefault) {
    const { random } = this;
    const id = `v${this.definitions.length}`;
    let own = type;
    let defaultValue;
    if (isNonNullType(type) && hasDefault && random.happens(0.3)) own = getNullableType(type);
    else if (isNonNullType(type) && random.happens(0.4)) {
      own = random.happens(0.5) ? getNullableType(type) : type;
      defaultValue = this.literal(type, depth, true);
    } else if (!isNonNullType(type) && random.happens(0.3)) {
      if (random.happens(0.5)) own = new GraphQLNonNull(type);
      else defaultValue = this.literal(type, depth, true);
    }
    this.definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: variable(id),
      type: parseType(String(own)),
      defaultValue,
      directives: [],
    });
    const mayStayOut = !isNonNullType(own) || defaultValue !== undefined;
    if (!mayStayOut || random.happens(0.7)) this.values[id] = this.json(own, depth);
    return variable(id);
  }

  literal(type, depth, isConstant = false) {
    const { random } = this;
    if (!isNonNullType(type) && random.happens(0.1)) return { kind: Kind.NULL };
    const inner = getNullableType(type);
    if (isListType(inner)) {
      const item = () => this.literal(inner.ofType, depth, isConstant);
      return random.happens(0.3) ? item() : { kind: Kind.LIST, values: [item()] };
    }
    if (isEnumType(inner)) return { kind: Kind.ENUM, value: random.pick(inner.getValues()).name };
    if (isInputObjectType(inner)) {
      const fields = Object.values(inner.getFields())
        .filter((field) => isRequiredInputField(field) || (depth > 0 && random.happens(0.4)))
        .map((field) => ({
          kind: Kind.OBJECT_FIELD,
          name: name(field.name),
          value: isConstant
            ? this.literal(field.type, depth - 1, true)
            : this.input(field.type, depth - 1, (field.default ?? field.defaultValue) !== undefined),
        }));
      return { kind: Kind.OBJECT, fields };
    }
    switch (inner.name) {
      case 'Boolean':
        return boolean(random.happens(0.5));
      case 'Int':
        return { kind: Kind.INT, value: String(random.below(100)) };
      case 'Float':
        return { kind: Kind.FLOAT, value: '1.5' };
      case 'ID':
        if (random.happens(0.3)) return { kind: Kind.INT, value: '7' };
    }
    return { kind: Kind.STRING, value: random.pick(WORDS), block: random.happens(0.1) };
  }

  json(type, depth) {
    const { random } = this;
    if (!isNonNullType(type) && random.happens(0.1)) return null;
    const inner = getNullableType(type);
    if (isListType(inner)) {
      const item = () => this.json(inner.ofType, depth);
      return random.happens(0.3) ? item() : [item()];
    }
    if (isEnumType(inner)) return random.pick(inner.getValues()).name;
    if (isInputObjectType(inner)) {
      return Object.fromEntries(
        Object.values(inner.getFields())
          .filter((field) => isRequiredInputField(field) || random.happens(0.4))
          .map((field) => [field.name, this.json(field.type, depth - 1)]),
      );
    }
    switch (inner.name) {
      case 'Boolean':
        return random.happens(0.5);
      case 'Int':
        return random.pick([0, 7, -1, 2.0]);
      case 'Float':
        return 1.5;
      case 'ID':
        return random.pick(['ses_0', 7]);
    }
    return random.pick(WORDS);
  }
}
