// What graphql-js says of a document, in two versions, and the shape of data that it makes of an answer.

import { readFileSync } from 'node:fs';

import * as graphql16 from 'graphql-16';
import * as graphql17 from 'graphql-17';

const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

export class Reference {
  constructor(graphql) {
    this.graphql = graphql;
    this.schema = graphql.buildSchema(sdl);
  }

  // Returns `syntax`, `validation`, `variables` or `accepted`, with the first error.
  verdict(text, variables) {
    const { graphql, schema } = this;
    let document;
    try {
      // Version 17 reads empty selection sets by default; the specification (section 2.8) has none.
      document = graphql.parse(text, { allowEmptySelectionSets: false });
    } catch (error) {
      return { verdict: 'syntax', why: error.message };
    }
    let errors;
    try {
      errors = graphql.validate(schema, document);
    } catch (error) {
      // Version 16 evaluates the conditions at the root of a subscription, which variables may decide.
      return { verdict: 'validation', why: error.message };
    }
    if (errors.length > 0) return { verdict: 'validation', why: errors[0].message };
    const operations = document.definitions.filter(({ kind }) => kind === 'OperationDefinition');
    // latchkey is given no name of an operation.
    if (operations.length !== 1) return { verdict: 'validation', why: 'Must provide operation name.' };
    const definitions = operations[0].variableDefinitions ?? [];
    const coerced = graphql.getVariableValues(schema, definitions, variables);
    if (coerced.errors) return { verdict: 'variables', why: coerced.errors[0].message };
    return { verdict: 'accepted', document, nulls: this.nulls(document, operations[0], coerced.variableValues?.coerced ?? coerced.coerced) };
  }

  // Returns true where a variable is null, and stands where null cannot be.
  nulls(document, operation, values) {
    const { graphql, schema } = this;
    const context = new graphql.ValidationContext(schema, document, new graphql.TypeInfo(schema), () => {});
    return context
      .getRecursiveVariableUsages(operation)
      .some(({ node, type }) => graphql.isNonNullType(type) && values[node.name.value] === null);
  }

  // Adds the name of the object type wherever a selection may be of several.
  withTypes(document) {
    const { graphql, schema } = this;
    const info = new graphql.TypeInfo(schema);
    const kind = graphql.parse('{ kind__: __typename }').definitions[0].selectionSet.selections[0];
    return graphql.visit(
      document,
      graphql.visitWithTypeInfo(info, {
        SelectionSet: (node) =>
          graphql.isAbstractType(info.getParentType())
            ? { ...node, selections: [...node.selections, kind] }
            : undefined,
      }),
    );
  }

  // Executes the document over latchkey's own answer: the data must come out as they went in.
  execute(document, variables, data) {
    return this.graphql.executeSync({
      schema: this.schema,
      document,
      variableValues: variables,
      rootValue: data,
      fieldResolver: (source, _arguments, _context, info) => source[info.path.key],
      typeResolver: (value) => value.kind__,
    });
  }
}

export const references = () => [new Reference(graphql16), new Reference(graphql17)];
