import { createClient } from 'latchkey-client';
import { Browser } from './browser.mjs';
import { Server } from './server.mjs';

export const URL = 'https://accounts.example.org/graphql';

/** Returns a server, a browser, and a function that opens a page in a new tab. */
export function setUp(options = {}) {
  const server = new Server();
  const browser = new Browser(server);
  const open = (tab = browser.tab(), more = {}) => ({
    tab,
    client: createClient({ url: URL, ...options, ...more, environment: { ...tab.environment, ...more.environment } }),
    sent: (operation) => tab.requests.filter((request) => request.operation === operation).length,
  });
  return { server, browser, open };
}

export const PERSON = { email: 'ada@example.org', password: 'correct horse battery staple' };
