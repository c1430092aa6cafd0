// Writes cdn/, the files with which the page loads GraphiQL from a CDN when latchkey is built without npm. A CDN such as
// jsDelivr serves the files of npm packages unchanged, so every URL and every hash is computed from node_modules, and the
// browser accepts no other bytes. `npm run check-cdn` fails when cdn/ does not match package-lock.json.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { ResolverFactory } from 'rolldown/experimental';

const CDN = 'https://cdn.jsdelivr.net/npm/';
const HOME = import.meta.dirname;
const MODULES = join(HOME, 'node_modules') + '/';
const OUT = join(HOME, 'cdn');
const STYLES = ['graphiql/dist/style.css', '@graphiql/plugin-explorer/dist/style.css'];
const OWN = ['page.js', 'graphql.worker.js', 'cdn-worker.js'].map((name) => join(HOME, 'src', name));

// Replacements for files that a bundler would choose, but that do not run in a browser unchanged or import hundreds of others.
const INSTEAD = {
  'motion-dom': 'motion-dom/dist/motion-dom.js',
  'prettier/parser-babel': 'prettier/plugins/babel.mjs',
  'prettier/parser-graphql': 'prettier/plugins/graphql.mjs',
  'prettier/plugins/graphql': 'prettier/plugins/graphql.mjs',
};
// Not installed: GraphiQL loads it for subscriptions only.
const ABSENT = new Set(['graphql-ws']);
// A worker cannot have an import map, so the page does the workers' work: see src/cdn-worker.js.
const WORKER = 'monaco-editor/esm/vs/editor/editor.worker.js';

const resolver = new ResolverFactory({
  conditionNames: ['browser', 'import', 'module', 'production', 'default'],
  extensions: ['.mjs', '.js'],
  mainFields: ['browser', 'module', 'main'],
});
const read = (file) => readFileSync(file, 'utf8');
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Returns the folder of the package that a file in node_modules belongs to, and its URL on the CDN. */
function packageOf(file) {
  const [inside] = file.match(/.*\/node_modules\/(@[^/]+\/)?[^/]+\//);
  const { name, version } = JSON.parse(read(join(inside, 'package.json')));
  return { inside, address: `${CDN}${name}@${version}/` };
}

function addressOf(file) {
  if (!file.startsWith(MODULES)) return `./graphiql/assets/${file.split('/').at(-1)}`;
  const { inside, address } = packageOf(file);
  return address + file.slice(inside.length);
}

function resolve(specifier, importer) {
  if (INSTEAD[specifier]) return MODULES + INSTEAD[specifier];
  const { path, error } = resolver.sync(dirname(importer), specifier);
  if (error) throw new Error(`${specifier} in ${importer}: ${error}`);
  if (path.endsWith(WORKER)) return join(HOME, 'src', 'cdn-worker.js');
  // A CommonJS package with a file for development and one for production: `if (…) module.exports = require(…)`.
  const production = read(path).match(/module\.exports = require\(["'](\.\/cjs\/[^"']*production[^"']*)["']\)/);
  return production ? join(dirname(path), production[1]) : path;
}

/** Returns what a file imports, and whether it is CommonJS. */
function scan(file) {
  const source = read(file);
  const found = [];
  const required = [];
  let esm = false;
  (function walk(node) {
    if (node === null || typeof node !== 'object') return;
    if (/^(Import|Export)(All|Default|Named)?Declaration$/.test(node.type)) esm = true;
    const argument = node.source ?? node.arguments?.[0];
    if (typeof argument?.value === 'string') {
      if (/^(Import|Export)/.test(node.type)) found.push(argument.value);
      if (node.type === 'CallExpression' && node.callee.name === 'require') required.push(argument.value);
    }
    Object.values(node).forEach(walk);
  })(parseAst(source, { lang: 'js', sourceType: 'module' }).body);
  const commonJs = !esm && /\b(module|exports)\b/.test(source);
  return { commonJs, specifiers: [...new Set(commonJs ? required : found)].filter((name) => !ABSENT.has(name)) };
}

const imports = {};
const scopes = {};
const integrity = {};
const commonJs = new Map();
const wrapped = new Set();
const seen = new Set();

/** Maps `specifier`, as `importer` uses it, to `address`. */
function map(specifier, importer, address) {
  const relative = /^\.\.?\//.test(specifier);
  const key = relative ? new URL(specifier, new URL(addressOf(importer), 'http://self')).href : specifier;
  if (key === address || key === new URL(address, 'http://self').href) return;
  // A browser does not treat a single dot as relative, and two packages may need two versions of a third.
  if (key !== '.') imports[key] ??= address;
  if (imports[key] === address) return;
  const scope = key === '.' ? new URL('.', addressOf(importer)).href : packageOf(importer).address;
  (scopes[scope] ??= {})[key] = address;
}

function visit(file) {
  if (seen.has(file)) return;
  seen.add(file);
  const { commonJs: isCommonJs, specifiers } = scan(file);
  if (file.startsWith(MODULES)) integrity[addressOf(file)] = hash(read(file));
  const requires = {};
  for (const specifier of specifiers) {
    const target = resolve(specifier, file);
    if (target.endsWith('.css')) {
      map(specifier, file, './graphiql/assets/no-style.js');
      continue;
    }
    visit(target);
    if (isCommonJs) requires[specifier] = addressOf(target);
    else if (commonJs.has(target)) {
      wrapped.add(target);
      map(specifier, file, `./graphiql/assets/${wrapperOf(target)}`);
    } else map(specifier, file, addressOf(target));
  }
  // Added after its dependencies: the files run in this order.
  if (isCommonJs) commonJs.set(file, requires);
}

const wrapperOf = (file) => `commonjs-${addressOf(file).slice(CDN.length).replaceAll(/[^\w.-]+/g, '-')}`;

function wrapper(file) {
  const names = Object.keys(createRequire(import.meta.url)(file)).filter((name) => /^(?!default$)[a-z_$][\w$]*$/i.test(name));
  return `import { exported } from './cdn-commonjs.js';

const it = exported['${addressOf(file)}'];

export default it.__esModule ? it.default : it;
export const { ${names.sort().join(', ')} } = it;
`;
}

function generate() {
  OWN.forEach(visit);
  const json = (value) => JSON.stringify(value, null, 1).replaceAll(/\n +/g, '\n');
  const importMap = json({ imports: sorted(imports), scopes: sorted(scopes), integrity: sorted(integrity) });
  const links = STYLES.map((style) => {
    const file = MODULES + style;
    return `<link rel="stylesheet" href="${addressOf(file)}" integrity="${hash(read(file))}" crossorigin />`;
  });
  const run = [...commonJs].map(([file, requires]) => [addressOf(file), requires]);
  return {
    'head.html': `${links.join('\n')}\n<script type="importmap">${importMap}</script>\n`,
    'import-map.sha256': `${hash(importMap)}\n`,
    'no-style.js': '// Stands for the styles that Monaco imports: GraphiQL has them in its own.\n',
    'commonjs.js': `export const COMMON_JS = ${JSON.stringify(run, null, 2)};\n`,
    ...Object.fromEntries([...wrapped].map((file) => [wrapperOf(file), wrapper(file)])),
  };
}

const files = generate();
if (process.argv.includes('--check')) {
  const present = readdirSync(OUT);
  const stale = Object.keys(files).filter((name) => !present.includes(name) || read(join(OUT, name)) !== files[name]);
  const left = present.filter((name) => !(name in files));
  if (stale.length + left.length > 0) {
    console.error(`web/graphiql/cdn is stale (${[...stale, ...left].join(', ')}): run npm ci && npm run pin-cdn there`);
    process.exit(1);
  }
} else {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(OUT, name), text);
}
console.log(`${Object.keys(integrity).length} files from ${CDN}`);
