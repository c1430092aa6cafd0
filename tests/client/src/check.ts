/** A member of a result union that is missing from the schema this client was built from. */
export class Unhandled extends Error {}

/** The default of every switch over a result union: an unhandled member of the schema is a type error. */
export function exhausted(unhandled: never): never {
  throw new Unhandled(`missing from the schema this client was built from: ${JSON.stringify(unhandled)}`);
}

/** Narrows a result to the expected member, and throws if it is another. */
export function member<R extends { __typename: string }, N extends R['__typename']>(
  result: R,
  name: N,
): Extract<R, { __typename: N }> {
  if (result.__typename !== name) {
    throw new Error(`expected ${name}, got ${JSON.stringify(result)}`);
  }
  return result as Extract<R, { __typename: N }>;
}

let passed = 0;
let failed = 0;

/** Runs one named check. A failure is printed and counted, and the program continues. */
export async function check(name: string, body: () => Promise<void> | void): Promise<void> {
  try {
    await body();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${describe(error).replaceAll('\n', '\n        ')}`);
  }
}

/** Prints the counts as the last line and sets the exit code. */
export function close(): void {
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
