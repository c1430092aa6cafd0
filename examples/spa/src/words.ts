// What users read. Messages of the server are for developers and are not shown.
import type { InvalidFieldCode, Policy } from './types';

/** The names of input fields, as the labels have them. */
const LABELS: Record<string, string> = {
  code: 'Code',
  currentPassword: 'Current password',
  email: 'Email address',
  firstName: 'First name',
  gender: 'Gender',
  lastName: 'Last name',
  mobileNumber: 'Mobile number',
  newPassword: 'New password',
  password: 'Password',
};

export const label = (field: string): string => LABELS[field] ?? field;

/** Says what is wrong with a field, and how to mend it. */
export function fieldMessage(field: string, code: InvalidFieldCode, policy: Policy | undefined): string {
  const name = label(field);
  const isPassword = /password/i.test(field);
  switch (code) {
    case 'REQUIRED':
      return `${name}: enter a value.`;
    case 'TOO_SHORT':
      return isPassword && policy ? `${name}: use ${policy.passwordMinLength} characters or more.` : `${name}: this is too short.`;
    case 'TOO_LONG':
      return isPassword && policy ? `${name}: use at most ${policy.passwordMaxLength} characters.` : `${name}: this is too long.`;
    case 'MALFORMED':
      return MALFORMED[field] ?? `${name}: this has the wrong form.`;
    case 'TOO_COMMON':
      return `${name}: this is easy to guess. Use a few unrelated words.`;
    case 'UNCHANGED':
      return `${name}: choose one that differs from the current one.`;
    case 'NOT_ALLOWED':
      return `${name}: this is not accepted here.`;
    default:
      return `${name}: check this value.`;
  }
}

const MALFORMED: Record<string, string> = {
  email: 'Email address: enter it in full, such as ada@example.org.',
  mobileNumber: 'Mobile number: enter it with its country code, such as +49 151 12345678.',
};

/** Says how long to wait. */
export function wait(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return seconds < 90 ? `Too many attempts. Try again in ${seconds} seconds.` : `Too many attempts. Try again in ${minutes} minutes.`;
}

export const GENDERS = [
  ['UNDISCLOSED', 'Prefer not to say'],
  ['FEMALE', 'Female'],
  ['MALE', 'Male'],
  ['NON_BINARY', 'Non-binary'],
  ['OTHER', 'Another'],
] as const;

export function when(time: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));
}
