// Replaces the CDN: serves the page as the build script writes it, and the CDN's files from the npm packages.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export const CDN = 'https://cdn.jsdelivr.net/npm/';
const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8' };

const response = (file, headers, body = readFileSync(file)) => ({
  body,
  contentType: TYPES[extname(file)] ?? 'text/javascript',
  headers: { 'x-content-type-options': 'nosniff', ...headers },
});

/** Replaces the server's page by the one for the CDN, with the policy and the place of emails that the server would send. */
export async function standInForPage(context, home, folder, policy) {
  const headers = { 'content-security-policy': policy };
  const file = join(folder, 'index.html');
  const page = readFileSync(file, 'utf8').replace('name="latchkey-emails" content="', '$&latchkey-data/mail');
  await context.route(new URL('/graphql', home).href, (route) =>
    route.request().method() === 'GET' ? route.fulfill(response(file, headers, page)) : route.continue(),
  );
  await context.route(new URL('/graphiql/assets/*', home).href, (route) =>
    route.fulfill(response(join(folder, 'assets', route.request().url().split('/').at(-1)), headers)),
  );
}

/** Makes the CDN serve a modified file. */
export async function tamperWithCdn(context) {
  await context.route(`${CDN}graphiql@*/dist/index.js`, async (route) => {
    const headers = { 'access-control-allow-origin': '*' };
    await route.fulfill({ body: 'export const GraphiQL = null;', contentType: 'text/javascript', headers });
  });
}

/** Serves the CDN's files from the npm packages of the same name and version, and fails for others. */
export async function standInForCdn(context, files) {
  const packages = new Map();
  (function collect(folder) {
    for (const entry of readdirSync(folder)) {
      const inside = join(folder, entry);
      if (entry.startsWith('@')) collect(inside);
      if (existsSync(join(inside, 'node_modules'))) collect(join(inside, 'node_modules'));
      if (!existsSync(join(inside, 'package.json'))) continue;
      const { name, version } = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8'));
      packages.set(`${name}@${version}`, inside);
    }
  })(files);
  await context.route(`${CDN}**`, (route) => {
    const [, name, path] = route.request().url().slice(CDN.length).match(/^((?:@[^/]+\/)?[^/]+)\/(.*)$/);
    return route.fulfill(response(join(packages.get(name), path), { 'access-control-allow-origin': '*' }));
  });
}
