// Starts what the browser talks to: latchkey, the built page, and a proxy that can lose answers.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';

const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));

/** Serves the built page, with the address of latchkey in it. */
export async function servePage(folder) {
  const page = { endpoint: '' };
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url.split('?')[0].replace(/\/$/, '/index.html');
    try {
      const body = readFileSync(join(folder, path));
      const text = path.endsWith('.html') ? body.toString().replace('http://127.0.0.1:4000/graphql', page.endpoint) : body;
      outgoing.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(text);
    } catch {
      outgoing.writeHead(404).end();
    }
  });
  page.url = await listen(server);
  page.close = () => server.close();
  return page;
}

/** Forwards requests to latchkey. `loses(body)` says whether the answer to a request is lost on the way. */
export async function serveProxy(target) {
  const proxy = { loses: () => false, lost: 0 };
  const server = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { hostname, port } = new URL(target);
    const forwarded = request({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
      if (proxy.loses(body.toString())) {
        proxy.lost += 1;
        answer.resume().on('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.end(body);
  });
  proxy.url = await listen(server);
  proxy.close = () => server.close();
  return proxy;
}

/** The secret of every server: several of them use one database, each from a folder of its own. */
const SECRET = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

/** Starts latchkey with settings, and waits for its URL. */
export async function startLatchkey(program, settings) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-spa-'));
  const base = {
    LATCHKEY_LISTEN: '127.0.0.1:0',
    LATCHKEY_BCRYPT_COST: '4',
    LATCHKEY_LIMITS: 'off',
    LATCHKEY_LOG: 'warn',
    LATCHKEY_SECRET: SECRET,
  };
  const process = spawn(program, [], { cwd: folder, env: { ...base, ...settings }, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: process.stdout });
  const url = await new Promise((resolve, reject) => {
    process.once('exit', (code) => reject(new Error(`latchkey ended with ${code}`)));
    lines.on('line', (line) => line.startsWith('GraphQL') && resolve(line.match(/http:\/\/[\d.]+:\d+/)[0]));
  });
  const mails = () => {
    const mail = join(folder, 'latchkey-data/mail');
    return readdirSync(mail).filter((name) => name.endsWith('.eml')).sort().map((name) => readFileSync(join(mail, name), 'utf8'));
  };
  return {
    url,
    /** Waits for the code with this number that was sent to an address. */
    async code(address, number = 1) {
      for (let tries = 0; tries < 300; tries += 1) {
        const codes = [];
        try {
          for (const text of mails()) {
            const [, code] = text.match(/^(\d{6})\r?$/m) ?? [];
            if (code && text.toLowerCase().includes(`to: ${address}`)) codes.push(code);
          }
        } catch {
          // The folder comes with the first email.
        }
        if (codes.length >= number) return codes[number - 1];
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`code ${number} to ${address} did not arrive`);
    },
    async stop() {
      const ended = new Promise((resolve) => process.once('exit', resolve));
      process.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
