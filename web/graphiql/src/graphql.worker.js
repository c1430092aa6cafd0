import { initialize } from 'monaco-editor/esm/vs/editor/editor.worker.js';
import { GraphQLWorker } from 'monaco-graphql/esm/GraphQLWorker.js';

/**
 * Lets the variables leave out what has a default, as GraphQL does. The worker as shipped marks `gender: Gender! = UNDISCLOSED`
 * as missing (graphql/graphiql issue 3571), and so would draw a red line under latchkey's first query.
 */
class LatchkeyGraphQLWorker extends GraphQLWorker {
  async doGetVariablesJSONSchema(uri) {
    const jsonSchema = await super.doGetVariablesJSONSchema(uri);
    const schema = this._languageService.getSchemaForFile(uri)?.schema;
    for (const [name, definition] of Object.entries(jsonSchema?.definitions ?? {})) {
      const fields = schema.getType(name).getFields();
      definition.required = definition.required.filter((field) => fields[field].defaultValue === undefined);
    }
    return jsonSchema;
  }
}

globalThis.onmessage = () => initialize((context, data) => new LatchkeyGraphQLWorker(context, data));
