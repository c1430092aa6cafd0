import type { TypedDocumentString } from './generated/graphql.js';
import { url } from './settings.js';

/** A top-level GraphQL error. */
export interface ResponseError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string };
}

export interface Answer<R> {
  data?: R | null;
  errors?: ResponseError[];
}

export interface Options {
  bearer?: string;
  userAgent?: string;
}

/** Sends an operation and returns the whole response, errors included. */
export async function send<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  options: Options = {},
): Promise<Answer<R>> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    'user-agent': options.userAgent ?? 'latchkey-client-test',
  };
  if (options.bearer !== undefined) headers['authorization'] = `Bearer ${options.bearer}`;
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers,
    body: JSON.stringify({ query: document.toString(), variables }),
    signal: AbortSignal.timeout(30_000),
  });
  const type = response.headers.get('content-type') ?? 'no content type';
  if (!/^application\/(graphql-response\+)?json\b/.test(type)) {
    throw new Error(`answered ${response.status} with ${type}: ${await response.text()}`);
  }
  return (await response.json()) as Answer<R>;
}

/** Sends an operation that must succeed, and returns its data. */
export async function ask<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  options: Options = {},
): Promise<R> {
  const answer = await send(document, variables, options);
  if (answer.errors !== undefined) throw new Error(`top-level errors: ${JSON.stringify(answer.errors)}`);
  if (answer.data === undefined || answer.data === null) throw new Error('no data and no errors');
  return answer.data;
}

/** Sends an operation that must fail, and returns the code of its only error. */
export async function errorCode<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  options: Options = {},
): Promise<string | undefined> {
  const answer = await send(document, variables, options);
  const [error, ...more] = answer.errors ?? [];
  if (error === undefined || more.length > 0) throw new Error(`expected one error, got ${JSON.stringify(answer)}`);
  return error.extensions?.code;
}
