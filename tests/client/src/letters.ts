import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { mailFolder } from './settings.js';

export interface Letter {
  from: string;
  to: string;
  subject: string;
  text: string;
}

/** The letters that are there already: take it before an act, and pass it to `letterTo` after. */
export async function lettersSoFar(): Promise<ReadonlySet<string>> {
  return new Set(await names());
}

/** Waits for the letter to an address that was not there before, and returns it once it is complete. */
export async function letterTo(
  address: string,
  before: ReadonlySet<string>,
  wanted: (letter: Letter) => boolean = () => true,
): Promise<Letter> {
  const deadline = Date.now() + 15_000;
  do {
    for (const name of await names()) {
      if (before.has(name)) continue;
      const letter = await read(name);
      if (letter.to.toLowerCase() === address.toLowerCase() && wanted(letter)) return letter;
    }
    await pause(50);
  } while (Date.now() < deadline);
  throw new Error(`no such letter to ${address} came within 15 seconds`);
}

/** Waits for the letter that carries a code, and returns the code: the only six digits in a row in its text. */
export async function codeTo(address: string, before: ReadonlySet<string>): Promise<string> {
  const letter = await letterTo(address, before, ({ text }) => digits(text).length > 0);
  const [code, ...more] = digits(letter.text);
  if (code === undefined || more.length > 0) throw new Error(`one code expected in: ${letter.text}`);
  return code;
}

/** A code of the same form that is certainly not the given one. */
export function anotherCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

function digits(text: string): string[] {
  return [...new Set(text.match(/(?<![\d#])\d{6}(?!\d)/g) ?? [])];
}

async function names(): Promise<string[]> {
  const found = await readdir(mailFolder).catch((fault: NodeJS.ErrnoException) => {
    // The server makes the folder with its first letter.
    if (fault.code === 'ENOENT') return [];
    throw fault;
  });
  return found.filter((name) => name.endsWith('.eml'));
}

async function read(name: string): Promise<Letter> {
  const mail = await PostalMime.parse(await readFile(join(mailFolder, name)));
  return {
    from: mail.from?.address ?? '',
    to: mail.to?.map((to) => to.address ?? '').join(', ') ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
  };
}
