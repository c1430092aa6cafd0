import { initialize } from 'monaco-editor/esm/vs/editor/editor.worker.js';
import { GraphQLWorker } from 'monaco-graphql/esm/GraphQLWorker.js';

/**
 * Lets variables omit fields that have a default, as GraphQL does. The original worker marks `gender: Gender! = UNDISCLOSED` as
 * missing, and so would underline latchkey's first query in red.
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
