import { browser, type Environment } from './environment.js';
import { Session, type Cause } from './session.js';
import { Store } from './store.js';
import { LatchkeyError, post, type Document, type Endpoint } from './transport.js';

export type { Cause } from './session.js';

/** The account that is signed in. */
export interface Account {
  /** `User.id`. */
  readonly id: string;
}

export interface ClientOptions {
  /** The address of the GraphQL endpoint, such as `https://accounts.example.org/graphql`. */
  url: string;
  /**
   * The way in which the server delivers the refresh token: `COOKIE` (the default), in an HttpOnly cookie that no script can
   * read, or `BODY`, for pages that cannot share a site with the server.
   */
  delivery?: 'COOKIE' | 'BODY';
  /**
   * The place of the refresh token with body delivery, and of what names an unanswered refresh: `shared` (the default), local
   * storage, or `memory`, with which a reload signs the user out and each tab has a session of its own.
   */
  keep?: 'shared' | 'memory';
  /** The origins beside the page's and the server's to which `fetch` may send the access token. */
  resourceOrigins?: readonly string[];
  /** The time after which a request without a response fails, in seconds; by default 30. */
  timeoutSeconds?: number;
  /** Replaces parts of the browser, in tests and other runtimes. */
  environment?: Partial<Environment>;
}

/** How an operation is sent. */
export interface CallOptions {
  /** True for operations that need no access token. */
  guest?: boolean;
  /** True for operations whose input says how to deliver the refresh token. */
  delivery?: boolean;
  /** True for operations whose input has an attempt: a repeated input gets the same one until there is an answer. */
  attempt?: boolean;
}

/** A connection to one latchkey server, with the session of at most one account. */
export interface Client {
  readonly endpoint: Endpoint;
  readonly session: Session;
  /** The account that is signed in; null if none is, and undefined as long as `start` has not found out. */
  readonly account: Account | null | undefined;
  /** Continues the session of an earlier visit, if there is one. Call it when the page loads. */
  start(): Promise<Account | null>;
  /** Calls `listener` when another account is signed in, or none. Returns a function that ends this. */
  onAccountChange(listener: (account: Account | null, cause: Cause) => void): () => void;
  /** Sends a document of your own, as the functions of the operations do. */
  call<Data, Variables>(document: Document<Data, Variables>, variables: Variables, options?: CallOptions): Promise<Data>;
  /** Is `fetch` with the access token, for your own servers: renews it once if the answer is 401. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Ends timers and listeners. Answers that are under way are dropped. */
  dispose(): void;
}

/** Creates a client. It sends nothing before `start` or an operation is called. */
export function createClient(options: ClientOptions): Client {
  const { delivery = 'COOKIE', keep = 'shared', timeoutSeconds = 30 } = options;
  const environment = { ...browser(), ...options.environment };
  const cookie = delivery === 'COOKIE';
  const endpoint: Endpoint = {
    url: options.url,
    credentials: cookie ? 'include' : 'omit',
    timeout: timeoutSeconds * 1000,
    environment,
  };
  const store = new Store(`latchkey:${options.url}`, keep === 'shared' ? environment.storage : undefined);
  const session = new Session(endpoint, store, cookie);
  const attempts = new Map<string, string>();

  async function call<Data, Variables>(
    document: Document<Data, Variables>,
    variables: Variables,
    { guest = false, delivery: delivered = false, attempt = false }: CallOptions = {},
  ): Promise<Data> {
    const key = attempt ? JSON.stringify(variables) : '';
    if (attempt && !attempts.has(key)) attempts.set(key, environment.random());
    const own = { ...(delivered && { delivery }), ...(attempt && { attempt: attempts.get(key) }) };
    const sent = delivered ? { ...variables, input: { ...(variables as { input?: object }).input, ...own } } : variables;
    const started = session.moment();
    const send = () => withToken(guest, (token) => post(endpoint, document, sent, { token }));
    const data = await (delivered ? session.signIn(send) : send());
    attempts.delete(key);
    session.take(data, started);
    return data;
  }

  async function withToken<R>(guest: boolean, send: (token: string | undefined) => Promise<R>): Promise<R> {
    if (!guest) await session.ready();
    const token = session.token;
    try {
      return await send(token);
    } catch (error) {
      if (guest || !token || !(error instanceof LatchkeyError) || error.code !== 'UNAUTHENTICATED') throw error;
      if (!(await session.renewed(token, error.reason))) throw error;
      return send(session.token);
    }
  }

  function mayHaveToken(url: string): boolean {
    const { origin } = new URL(url, environment.origin);
    const server = new URL(options.url, environment.origin).origin;
    return [environment.origin, server, ...(options.resourceOrigins ?? [])].includes(origin);
  }

  async function authorizedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    if (!mayHaveToken(request.url)) throw new TypeError(`${request.url} is not of an origin in resourceOrigins`);
    await session.ready();
    const send = () => {
      const copy = request.clone();
      if (session.token) copy.headers.set('authorization', `Bearer ${session.token}`);
      return environment.fetch(copy);
    };
    const token = session.token;
    const response = await send();
    if (response.status !== 401 || !token || !(await session.renewed(token, 'EXPIRED'))) return response;
    return send();
  }

  return {
    endpoint,
    session,
    get account() {
      return session.account;
    },
    start: () => session.start(),
    onAccountChange: (listener) => session.listen(listener),
    call,
    fetch: authorizedFetch,
    dispose: () => session.dispose(),
  };
}
