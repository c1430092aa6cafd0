function required(name: string, example: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    console.error(`${name} is not set. Example: ${name}=${example}`);
    process.exit(2);
  }
  return value;
}

/** The base URL of the server under test. */
export const url = required('LATCHKEY_URL', 'http://127.0.0.1:4000');

/** The folder where that server writes its emails as .eml files. */
export const mailFolder = required('LATCHKEY_MAIL_DIR', 'latchkey-data/mail');
