import { SimpleWorkerServer } from 'monaco-editor/esm/vs/base/common/worker/simpleWorker.js';
import { EditorSimpleWorker } from 'monaco-editor/esm/vs/editor/common/services/editorSimpleWorker.js';
import { EditorWorkerHost } from 'monaco-editor/esm/vs/editor/common/services/editorWorkerHost.js';

let offered = null;

/** Replaces the export of Monaco's `editor.worker.js`, which the import map maps to this file. */
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
 * Looks like a Worker to Monaco, but runs in the page: a real worker has no import map, so it could neither find nor verify
 * the CDN's files. latchkey's schema is small enough not to block the page.
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

/** Sets up Monaco's workers. Importing this file does not, because the workers' scripts import it too. */
export async function setUp() {
  const factories = {
    json: await factoryOf(() => import('monaco-editor/esm/vs/language/json/json.worker.js')),
    graphql: await factoryOf(() => import('./graphql.worker.js')),
  };
  globalThis.MonacoEnvironment = {
    getWorker: (_id, label) => new PageWorker(factories[label] ?? null),
  };
}
