// Subscriptions over graphql-transport-ws, against a socket that the test plays.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { login, subscribe } from 'latchkey-client';
import { settle } from './support/browser.mjs';
import { PERSON, setUp } from './support/setup.mjs';

const DOCUMENT = 'subscription { accountChanged { __typename } }';
let sockets;

class FakeSocket {
  readyState = 1;
  sent = [];

  constructor(url, protocol) {
    Object.assign(this, { url: String(url), protocol });
    sockets.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code = 1005) {
    this.drop(code);
  }

  drop(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code });
  }

  receive(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  /** Opens it as the server does, up to the subscription. */
  open() {
    this.onopen();
    this.receive({ type: 'connection_ack' });
  }
}

async function subscribed() {
  const { open, browser, server } = setUp();
  const { client, sent } = open();
  await login(client, PERSON);
  const events = [];
  const end = subscribe(client, DOCUMENT, {}, { next: (data) => events.push(data), end: (error) => events.push(error.code) });
  await settle();
  return { browser, client, end, events, sent, server };
}

describe('subscribe', () => {
  beforeEach(() => {
    sockets = [];
    globalThis.WebSocket = FakeSocket;
  });

  test('sends the access token in the first message and hands on events', async () => {
    const { client, events } = await subscribed();
    const [socket] = sockets;
    socket.open();
    socket.receive({ type: 'next', id: '1', payload: { data: { one: 1 } } });
    assert.equal(socket.url, 'wss://accounts.example.org/graphql');
    assert.equal(socket.protocol, 'graphql-transport-ws');
    assert.deepEqual(socket.sent[0], { type: 'connection_init', payload: { authorization: `Bearer ${client.session.token}` } });
    assert.equal(socket.sent[1].payload.query, DOCUMENT);
    assert.deepEqual(events, [{ one: 1 }]);
  });

  test('answers pings', async () => {
    await subscribed();
    sockets[0].open();
    sockets[0].receive({ type: 'ping' });
    assert.deepEqual(sockets[0].sent.at(-1), { type: 'pong' });
  });

  test('comes back after a restart of the server', async () => {
    const { browser, events } = await subscribed();
    sockets[0].open();
    sockets[0].drop(1001);
    await browser.pass(1);
    assert.equal(sockets.length, 2);
    sockets[1].drop(1006);
    await browser.pass(1);
    assert.equal(sockets.length, 2);
    await browser.pass(1);
    sockets[2].open();
    sockets[2].receive({ type: 'next', id: '1', payload: { data: { two: 2 } } });
    assert.deepEqual(events, [{ two: 2 }]);
  });

  test('comes back with a new token when the old one expires', async () => {
    const { browser, client, sent } = await subscribed();
    const { token } = client.session;
    sockets[0].open();
    sockets[0].drop(4403);
    await browser.pass(0);
    await settle();
    assert.equal(sent('Refresh'), 1);
    sockets[1].open();
    assert.notEqual(sockets[1].sent[0].payload.authorization, `Bearer ${token}`);
  });

  for (const [how, finish] of Object.entries({ complete: (socket) => socket.receive({ type: 'complete', id: '1' }), 4401: (socket) => socket.drop(4401) })) {
    test(`signs the page out when the session ends by ${how}`, async () => {
      const { browser, client, events } = await subscribed();
      sockets[0].open();
      finish(sockets[0]);
      await browser.pass(60);
      assert.equal(client.account, null);
      assert.deepEqual(events, ['UNAUTHENTICATED']);
      assert.equal(sockets.length, 1);
    });
  }

  test('ends for good when the server refuses the document', async () => {
    const { browser, events } = await subscribed();
    sockets[0].open();
    sockets[0].receive({ type: 'error', id: '1', payload: [{ message: 'no', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    await browser.pass(60);
    assert.deepEqual(events, ['GRAPHQL_VALIDATION_FAILED']);
    assert.equal(sockets.length, 1);
  });

  test('its end closes the socket and stays silent', async () => {
    const { browser, end, events } = await subscribed();
    sockets[0].open();
    end();
    await browser.pass(60);
    assert.deepEqual(sockets[0].sent.at(-1), { type: 'complete', id: '1' });
    assert.equal(sockets[0].readyState, 3);
    assert.deepEqual([events, sockets.length], [[], 1]);
  });
});
