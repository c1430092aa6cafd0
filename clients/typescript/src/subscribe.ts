import type { Client } from './client.js';
import type { Document, ResponseError } from './transport.js';
import { LatchkeyError } from './transport.js';

/** What a subscription calls. */
export interface Subscription<Data> {
  next(data: Data): void;
  /** The session has ended, or the server refused the document. Nothing follows. */
  end?(error: LatchkeyError | undefined): void;
}

interface Message {
  type: string;
  payload?: { data?: unknown } | ResponseError[];
}

const PROTOCOL = 'graphql-transport-ws';
const RETRY_SECONDS = 30;
/** Close codes after which the same request would fail again. */
const FINAL = [4400, 4409, 4429];

/**
 * Subscribes by WebSocket (graphql-transport-ws), and again after a lost connection, a restart of the server or the expiry of the
 * access token. Returns a function that ends it.
 */
export function subscribe<Data, Variables>(
  client: Client,
  query: Document<Data, Variables>,
  variables: Variables,
  { next, end }: Subscription<Data>,
): () => void {
  const { environment, url } = client.endpoint;
  const address = new URL(url, environment.origin);
  address.protocol = address.protocol.replace('http', 'ws');
  let socket: WebSocket | undefined;
  let timer: unknown;
  let failures = 0;
  let over = false;
  let expired = false;
  let used = '';

  const finish = (error?: LatchkeyError) => {
    if (over) return;
    over = true;
    environment.clearTimeout(timer);
    socket?.close();
    end?.(error);
  };
  const send = (type: string, rest: object = {}) => socket?.send(JSON.stringify({ type, ...rest }));

  async function connect(): Promise<void> {
    if (expired) await client.session.refresh();
    await client.session.ready();
    if (over) return;
    const { token } = client.session;
    if (!token) return finish(new LatchkeyError('UNAUTHENTICATED', 'No user is signed in.', { reason: 'MISSING' }));
    expired = false;
    used = token;
    socket = new WebSocket(address, PROTOCOL);
    socket.onopen = () => send('connection_init', { payload: { authorization: `Bearer ${token}` } });
    socket.onmessage = ({ data }) => receive(JSON.parse(data as string) as Message);
    socket.onclose = ({ code }) => closed(code);
  }

  function receive({ type, payload }: Message): void {
    if (type === 'ping') send('pong');
    else if (type === 'connection_ack') send('subscribe', { id: '1', payload: { query, variables } });
    else if (type === 'complete') ended();
    else if (type === 'error') {
      const [error] = payload as ResponseError[];
      finish(new LatchkeyError(error?.extensions?.code ?? 'HTTP', error?.message ?? 'refused', error?.extensions));
    } else if (type === 'next') {
      failures = 0;
      next((payload as { data: Data }).data);
    }
  }

  /** The server completes a subscription when its session has ended. */
  function ended(): void {
    void client.session.renewed(used, 'ENDED');
    finish(new LatchkeyError('UNAUTHENTICATED', 'The session has ended.', { reason: 'ENDED' }));
  }

  function closed(code: number): void {
    if (over) return;
    if (code === 4401) return ended();
    if (FINAL.includes(code)) return finish(new LatchkeyError('HTTP', `The server closed the connection: ${code}.`));
    expired = code === 4403;
    later();
  }

  function later(): void {
    const seconds = expired && failures === 0 ? 0 : Math.min(2 ** failures, RETRY_SECONDS);
    failures += 1;
    timer = environment.setTimeout(open, seconds * 1000);
  }

  const open = () => void connect().catch(later);
  open();
  return () => {
    if (over) return;
    over = true;
    environment.clearTimeout(timer);
    if (socket?.readyState === 1) send('complete', { id: '1' });
    socket?.close();
  };
}
