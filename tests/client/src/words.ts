/** What a form shows beside its fields: each refused input with its code, such as `input.email MALFORMED`. */
export function shownFields(fields: readonly { path: string[]; code: string }[]): string {
  return fields.map(({ path, code }) => `${path.join('.')} ${code}`).join(', ');
}

/** What a form shows to somebody who must wait. */
export function shownWait({ retryAfterSeconds }: { retryAfterSeconds: number }): string {
  return `try again in ${retryAfterSeconds} seconds`;
}
