import type { Environment } from './environment.js';

/** An operation's text, with the types of its data and variables. */
export type Document<Data, Variables> = string & {
  readonly __types?: { data: Data; variables: Variables };
};

/** A top-level error of a GraphQL response. */
export interface ResponseError {
  message: string;
  extensions?: {
    code?: string;
    reason?: string;
    outcome?: string;
    requestId?: string;
    retryAfterSeconds?: number;
  };
}

/**
 * An operation failed in a way that its user cannot correct.
 *
 * `code` is the server's `extensions.code`, such as `UNAUTHENTICATED` or `OVERLOADED`, or one of the client's own: `NETWORK`
 * if no response arrived, `HTTP` if the response is not GraphQL, and `DISPOSED` if the client was disposed meanwhile.
 */
export class LatchkeyError extends Error {
  override name = 'LatchkeyError';
  /** The server's reason for `UNAUTHENTICATED`: `MISSING`, `EXPIRED`, `ENDED` or `INVALID`. */
  readonly reason: string | undefined;
  /** After `OVERLOADED`: `NOT_DONE`, or `UNKNOWN` if the operation may have taken effect. */
  readonly outcome: string | undefined;
  /** The id under which the server's log has the cause. */
  readonly requestId: string | undefined;
  /** The time to wait before the next attempt, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: string,
    message: string,
    details: ResponseError['extensions'] & { cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.reason = details.reason;
    this.outcome = details.outcome;
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Where and how requests are sent. */
export interface Endpoint {
  url: string;
  /** `include` with cookie delivery. */
  credentials: RequestCredentials;
  /** The time after which a request without a response fails, in milliseconds. */
  timeout: number;
  environment: Environment;
}

/** Sends an operation and returns its data, or throws a `LatchkeyError`. */
export async function post<Data, Variables>(
  { url, credentials, timeout, environment }: Endpoint,
  query: Document<Data, Variables>,
  variables: Variables,
  { token, signal }: { token?: string | undefined; signal?: AbortSignal } = {},
): Promise<Data> {
  const aborter = new AbortController();
  const abort = () => aborter.abort();
  const timer = environment.setTimeout(abort, timeout);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  try {
    const response = await environment.fetch(url, {
      method: 'POST',
      credentials,
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
      signal: aborter.signal,
    });
    return dataOf<Data>(await response.text(), response.status, response.headers.get('retry-after'));
  } catch (cause) {
    throw cause instanceof LatchkeyError ? cause : new LatchkeyError('NETWORK', 'The server did not respond.', { cause });
  } finally {
    environment.clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function dataOf<Data>(text: string, status: number, retryAfter: string | null): Data {
  let response: { data?: Data | null; errors?: ResponseError[] } | null;
  try {
    response = JSON.parse(text);
  } catch {
    response = null;
  }
  const error = response?.errors?.[0];
  if (error) {
    throw new LatchkeyError(error.extensions?.code ?? 'HTTP', error.message, error.extensions);
  }
  if (response?.data) return response.data;
  // A proxy answered in the server's place.
  const seconds = Number(retryAfter);
  throw new LatchkeyError('HTTP', `The server answered with the status ${status}.`, seconds ? { retryAfterSeconds: seconds } : {});
}
