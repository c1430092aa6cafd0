// Runs recipes in Chromium: each bundled, on a page of its own, which another origin serves.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium } from '../browser/node_modules/playwright-core/index.mjs';
import { build } from '../../clients/typescript/node_modules/esbuild/lib/main.js';

/** Serves the pages, and returns their origin with what runs a recipe there. */
export async function pages(executablePath) {
  const scripts = new Map();
  const server = createServer((request, response) => {
    const name = request.url.slice(1);
    const script = scripts.get(name);
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? `<!doctype html><title>${name}</title><script type="module" src="/${name}.js"></script>`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });

  /** Opens the page of a recipe, and collects its lines. */
  async function run(name, file) {
    const bundled = await build({
      entryPoints: [fileURLToPath(file)],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      logLevel: 'error',
    });
    scripts.set(`${name}.js`, bundled.outputFiles[0].text);
    const lines = [];
    const page = await (await browser.newContext()).newPage();
    // A request that fails while the server is away is reported by the browser, too.
    page.on('console', (message) => message.type() === 'log' && lines.push(message.text()));
    page.on('pageerror', (error) => lines.push(`page error: ${error.message}`));
    await page.goto(`${origin}/${name}`);
    return { name, lines, kill: () => page.close() };
  }

  const stop = async () => {
    await browser.close();
    server.close();
  };
  return { origin, run, stop };
}
