import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { mailFolder } from './settings.js';

export interface Email {
  from: string;
  to: string;
  subject: string;
  text: string;
}

/** Lists the emails that have arrived. Call it before an operation, and pass the result to `emailTo` afterwards. */
export async function receivedEmails(): Promise<ReadonlySet<string>> {
  return new Set(await names());
}

/** Waits for an email to an address that arrived after `before` was taken. */
export async function emailTo(
  address: string,
  before: ReadonlySet<string>,
  wanted: (email: Email) => boolean = () => true,
): Promise<Email> {
  const deadline = Date.now() + 15_000;
  do {
    for (const name of await names()) {
      if (before.has(name)) continue;
      const email = await read(name);
      if (email.to.toLowerCase() === address.toLowerCase() && wanted(email)) return email;
    }
    await pause(50);
  } while (Date.now() < deadline);
  throw new Error(`no such email to ${address} came within 15 seconds`);
}

/** Waits for an email with a code, and returns the code: the only line of six digits in its text. */
export async function codeTo(address: string, before: ReadonlySet<string>): Promise<string> {
  const email = await emailTo(address, before, ({ text }) => digits(text).length > 0);
  const [code, ...more] = digits(email.text);
  if (code === undefined || more.length > 0) throw new Error(`one code expected in: ${email.text}`);
  return code;
}

/** Returns a code of the same form that differs from the given one. */
export function anotherCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

function digits(text: string): string[] {
  return [...new Set(text.match(/^\d{6}(?=\r?$)/gm) ?? [])];
}

async function names(): Promise<string[]> {
  const found = await readdir(mailFolder).catch((error: NodeJS.ErrnoException) => {
    // The server creates the folder with its first email.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return found.filter((name) => name.endsWith('.eml'));
}

async function read(name: string): Promise<Email> {
  const mail = await PostalMime.parse(await readFile(join(mailFolder, name)));
  return {
    from: mail.from?.address ?? '',
    to: mail.to?.map((to) => to.address ?? '').join(', ') ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
  };
}
