import { run } from './cdn-commonjs.js';
import { COMMON_JS } from './commonjs.js';

const loading = document.querySelector('.loading');

/** Requests all files at once, because following the imports would take a round trip for each of their twenty levels. */
async function preload() {
  const { integrity } = JSON.parse(document.querySelector('script[type=importmap]').textContent);
  const wanted = Object.entries(integrity).filter(([address]) => !address.includes('/prettier@'));
  let there = 0;
  let failed = false;
  const arrivals = wanted.map(
    ([href, hash]) =>
      new Promise((resolve, reject) => {
        const link = Object.assign(document.createElement('link'), { rel: 'modulepreload', href, integrity: hash });
        link.crossOrigin = 'anonymous';
        link.onload = () => {
          there += 1;
          if (!failed) loading.textContent = `Loading GraphiQL: ${there} of ${wanted.length} files …`;
          resolve();
        };
        link.onerror = () => {
          failed = true;
          reject(new Error(`${href} did not come, or is not the file it should be`));
        };
        document.head.append(link);
      }),
  );
  await Promise.all(arrivals);
}

try {
  // Some packages read this Node variable, which a bundler would replace.
  globalThis.process = { env: { NODE_ENV: 'production' } };
  await preload();
  for (const [address, requires] of COMMON_JS) await run(address, requires);
  const { setUp } = await import('./cdn-worker.js');
  await setUp();
  const { render } = await import('./page.js');
  render();
} catch (error) {
  loading.textContent = `GraphiQL could not be loaded: ${error.message}. Built where npm is, latchkey needs no CDN.`;
  throw error;
}
