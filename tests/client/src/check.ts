/** A member of a result union that the schema this was built from does not have. */
export class Unhandled extends Error {}

/** The default of every switch over a result union: a member that is added to the schema and not handled here is a type error. */
export function exhausted(unhandled: never): never {
  throw new Unhandled(`not in the schema this was built from: ${JSON.stringify(unhandled)}`);
}

/** Narrows a result to the member it should be, and says what came instead if it is another. */
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

/** Runs one named check. A failure is told and counted, and the program goes on. */
export async function check(name: string, body: () => Promise<void> | void): Promise<void> {
  try {
    await body();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (fault) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${told(fault).replaceAll('\n', '\n        ')}`);
  }
}

/** Prints the counts as the last line and sets the exit code. */
export function close(): void {
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed`);
}

function told(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause === undefined ? fault.message : `${fault.message}: ${told(fault.cause)}`;
}
