import type { MeQuery, PolicyQuery, SessionsQuery } from 'latchkey-client';

export type { InvalidFieldCode } from 'latchkey-client';
export type Policy = PolicyQuery['policy'];
export type User = NonNullable<MeQuery['me']>;
export type Session = NonNullable<SessionsQuery['me']>['sessions'][number];

/** What a form shows after an answer: messages for fields by their name, or one for the whole form. */
export interface Problems {
  fields?: Record<string, string>;
  form?: string;
}
