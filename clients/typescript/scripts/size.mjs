// Measures what a page pays that imports the client and the operations of every page: bundled, minified and gzipped.
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const LIMIT = 5000;
const NAMES = 'createClient, login, logout, me, refresh';

async function size(names) {
  const { outputFiles } = await build({
    stdin: { contents: `import { ${names} } from 'latchkey-client';\nglobalThis.used = [${names}];`, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return { bytes: gzipSync(outputFiles[0].contents, { level: 9 }).length, text: outputFiles[0].text };
}

const { bytes, text } = await size(NAMES);
console.log(`latchkey-client with ${NAMES}: ${bytes} bytes, minified and gzipped (limit ${LIMIT})`);
if (bytes >= LIMIT || text.includes('mutation ChangePassword') || text.includes('graphql-transport-ws')) {
  console.error('the package is too large, or what a page does not import is not shaken off');
  process.exit(1);
}
