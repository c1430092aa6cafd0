import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';

import GraphQLWorker from './graphql.worker.js?worker';
import { render } from './page.js';

// `graphiql/setup-workers/vite` does the same, but logs a line for every worker.
const workers = { graphql: GraphQLWorker, json: JsonWorker };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new (workers[label] ?? EditorWorker)(),
};

render();
