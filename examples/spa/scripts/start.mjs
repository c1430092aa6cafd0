// Starts latchkey by `cargo run`, and the starter beside it. Ctrl+C ends both.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PAGE = 'http://127.0.0.1:5173';
const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = fileURLToPath(new URL('..', import.meta.url));

const build = spawn('npm', ['run', '--silent', 'client'], { cwd: here, stdio: 'inherit' });
build.once('exit', (code) => {
  if (code !== 0) process.exit(code ?? 1);
  const server = spawn('cargo', ['run', '--quiet', '--locked'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // The page may call the server, and use its refresh cookie.
    env: { ...process.env, LATCHKEY_ORIGINS: PAGE },
  });
  server.once('exit', (ended) => process.exit(ended ?? 1));
  createInterface({ input: server.stdout }).on('line', (line) => {
    console.log(line);
    if (!line.startsWith('Emails: ')) return;
    const page = spawn('npm', ['run', '--silent', 'dev'], { cwd: here, stdio: 'inherit' });
    page.once('exit', () => server.kill());
  });
});
