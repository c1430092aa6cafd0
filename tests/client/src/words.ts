/** Describes the rejected fields of a form with their codes, such as `input.email MALFORMED`. */
export function shownFields(fields: readonly { path: string[]; code: string }[]): string {
  return fields.map(({ path, code }) => `${path.join('.')} ${code}`).join(', ');
}

/** Describes how long a user has to wait. */
export function shownWait({ retryAfterSeconds }: { retryAfterSeconds: number }): string {
  return `try again in ${retryAfterSeconds} seconds`;
}
