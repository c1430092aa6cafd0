import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

// `graphiql/style.css` includes Monaco's styles and icons. Without this plugin they would be in the bundle twice.
const stylesOnce = {
  name: 'styles-once',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source.endsWith('.css') && /\/monaco-editor\//.test(importer) ? '\0no-style' : null,
  load: (id) => (id === '\0no-style' ? '' : null),
};

// latchkey embeds and sends the files compressed, at a third of their size.
const compressed = {
  name: 'compressed',
  closeBundle() {
    for (const { name, parentPath } of readdirSync('dist/assets', { withFileTypes: true })) {
      const file = `${parentPath}/${name}`;
      writeFileSync(file, gzipSync(readFileSync(file), { level: 9 }));
    }
  },
};

export default defineConfig({
  // Relative, for a server behind a proxy that removes a path prefix.
  base: './',
  plugins: [stylesOnce, compressed],
  build: {
    // A font or an image as a data: URL would ask for a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 3000,
    license: { fileName: 'assets/licenses.md' },
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    target: 'es2023',
  },
  worker: { format: 'es' },
});
