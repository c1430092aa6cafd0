// The connection to latchkey, and urql on top of it.
import { Client as UrqlClient, cacheExchange, makeErrorResult, makeResult, stringifyDocument, type Exchange, type Operation, type OperationResult } from '@urql/core';
import { createClient, LatchkeyError } from 'latchkey-client';
import { filter, fromPromise, merge, mergeMap, pipe, takeUntil } from 'wonka';

const url = document.querySelector<HTMLMetaElement>('meta[name=latchkey-url]')?.content ?? '/graphql';

/** Signs in and out. The refresh token is in an HttpOnly cookie, which no script can read. */
export const latchkey = createClient({ url });

async function send(operation: Operation): Promise<OperationResult> {
  try {
    const data = await latchkey.call<object, object>(stringifyDocument(operation.query), operation.variables as object);
    return makeResult(operation, { data, hasNext: false });
  } catch (error) {
    return makeErrorResult(operation, error as Error);
  }
}

/** Lets latchkey's client send what urql asks: it adds the access token and renews it. */
const latchkeyExchange: Exchange = () => (operations) =>
  merge([
    pipe(
      operations,
      filter(({ kind }) => kind !== 'teardown'),
      mergeMap((operation) => {
        const isOver = ({ kind, key }: Operation) => kind === 'teardown' && key === operation.key;
        return pipe(fromPromise(send(operation)), takeUntil(pipe(operations, filter(isOver))));
      }),
    ),
  ]);

/** Returns a urql client with an empty cache: each account gets its own. */
export const newUrql = () =>
  new UrqlClient({ url, preferGetMethod: false, exchanges: [cacheExchange, latchkeyExchange] });

/** Says in words why nothing came back. */
export function failure(error: unknown): string {
  const cause = error instanceof LatchkeyError ? error : (error as { networkError?: unknown }).networkError;
  const code = cause instanceof LatchkeyError ? cause.code : undefined;
  switch (code) {
    case 'NETWORK':
      return 'The server cannot be reached. Check your connection and try again.';
    case 'OVERLOADED':
      return 'The service is busy. Wait a moment and try again.';
    case 'UNAUTHENTICATED':
      return 'Your session has ended. Sign in again.';
    default:
      return 'Something went wrong on our side. Try again later.';
  }
}
