import { SimpleWorkerServer } from 'monaco-editor/esm/vs/base/common/worker/simpleWorker.js';
import { EditorSimpleWorker } from 'monaco-editor/esm/vs/editor/common/services/editorSimpleWorker.js';
import { EditorWorkerHost } from 'monaco-editor/esm/vs/editor/common/services/editorWorkerHost.js';

let offered = null;

/** Takes the place of what Monaco's `editor.worker.js` exports: the import map puts this file there. */
export function initialize(factory) {
  offered = factory;
}

// A worker's script sets onmessage, and its first message makes it call `initialize`.
async function factoryOf(load) {
  await load();
  globalThis.onmessage();
  globalThis.onmessage = null;
  return offered;
}

/**
 * Looks like a Worker to Monaco and does the work in the page: a real worker has no import map, so it could not find, nor
 * check, the CDN's files. latchkey's schema is small enough that nobody waits.
 */
class PageWorker extends EventTarget {
  #server;

  constructor(factory) {
    super();
    this.#server = new SimpleWorkerServer(
      (message) => setTimeout(() => this.onmessage?.({ data: structuredClone(message) })),
      (server) => new EditorSimpleWorker(EditorWorkerHost.getChannel(server), factory),
    );
  }

  postMessage(message) {
    // The first message names the module to load, which is there already.
    if (typeof message !== 'string') setTimeout(() => this.#server.onmessage(structuredClone(message)));
  }

  terminate() {
    this.onmessage = null;
  }
}

/** Sets up Monaco's workers. Not done on import: the workers' scripts import this file themselves. */
export async function setUp() {
  const factories = {
    json: await factoryOf(() => import('monaco-editor/esm/vs/language/json/json.worker.js')),
    graphql: await factoryOf(() => import('./graphql.worker.js')),
  };
  globalThis.MonacoEnvironment = {
    getWorker: (_id, label) => new PageWorker(factories[label] ?? null),
  };
}
