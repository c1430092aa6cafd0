import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { createElement, useEffect } from 'react';
import { createRoot } from 'react-dom/client';

import { signInPlugin } from './sign-in-plugin.js';
import { emailNote, observe, withBearer, withTokens } from './sign-in.js';
import { storage } from './storage.js';
import { WALK } from './walk.js';

const EMPTY_BEARER = `{
  "Authorization": "Bearer "
}`;

async function send(operation, headers) {
  const response = await fetch(location.pathname, {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP ${response.status}: ${text}`);
  }
}

async function fetcher(operation, { headers } = {}) {
  const bearer = await withBearer(headers ?? {}, send);
  const answer = await send({ ...operation, variables: withTokens(operation.variables) }, bearer);
  observe(answer);
  const note = emailNote(answer.data);
  return note ? { ...answer, extensions: { ...answer.extensions, email: note } } : answer;
}

// GraphiQL reads the default tabs on the first visit only, and without the variables of the first tab. They are stored as if
// the user had typed them, with the query, by which GraphiQL finds their tab.
if (storage.getItem('graphiql:tabState') === null) {
  storage.setItem('graphiql:query', WALK[0].query);
  storage.setItem('graphiql:variables', WALK[0].variables);
  storage.setItem('graphiql:headers', EMPTY_BEARER);
}

/** Shows the name of the server, and applies the system's dark theme to the editors, which GraphiQL does not do by itself. */
function Name() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(theme);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [setTheme, theme]);
  return 'latchkey';
}

/** Renders GraphiQL into the page. The caller has set up Monaco's workers and the styles. */
export function render() {
  const props = {
    defaultEditorToolsVisibility: 'variables',
    defaultHeaders: EMPTY_BEARER,
    defaultTabs: WALK.map((step) => ({ ...step, headers: EMPTY_BEARER })),
    fetcher,
    plugins: [HISTORY_PLUGIN, explorerPlugin(), signInPlugin],
    shouldPersistHeaders: true,
    showPersistHeadersSettings: false,
    storage,
  };
  const logo = createElement(GraphiQL.Logo, null, createElement(Name));
  createRoot(document.getElementById('graphiql')).render(createElement(GraphiQL, props, logo));
}
