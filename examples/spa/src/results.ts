// Turns the members of the result unions that several operations share into what a form shows.
import { fieldMessage, wait } from './words';
import type { InvalidFieldCode, Policy, Problems } from './types';

interface InvalidInput {
  fields: readonly { path: readonly string[]; code: InvalidFieldCode }[];
}

/** The messages of `InvalidInput`, by the last part of each path. */
export function invalid({ fields }: InvalidInput, policy: Policy | undefined): Problems {
  const named = fields.map(({ path, code }) => {
    const field = path.at(-1) ?? '';
    return [field, fieldMessage(field, code, policy)] as const;
  });
  return { fields: Object.fromEntries(named) };
}

export const tooMany = ({ retryAfterSeconds }: { retryAfterSeconds: number }): Problems => ({ form: wait(retryAfterSeconds) });

/** The default of each switch: a member of a later release is a compile error here, and words at run time. */
export function unknown(result: never): Problems {
  console.warn('not handled by this page:', (result as { message?: string }).message);
  return { form: 'This server needs a newer version of this page.' };
}

/** Members that need screens which this page does not have yet. */
export const NOT_HERE: Problems = { form: 'Your account needs a step that this page does not offer yet.' };
