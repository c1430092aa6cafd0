import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { login } from 'latchkey-client';
import { PERSON, setUp } from './support/setup.mjs';

const API = 'https://api.example.org/orders';
const options = { resourceOrigins: ['https://api.example.org'] };

describe('fetch', () => {
  test('sends the access token to a resource origin', async () => {
    const { open } = setUp(options);
    const { client, tab } = open();
    await login(client, PERSON);
    assert.equal((await client.fetch(API)).status, 200);
    assert.match(tab.requests.at(-1).token, /^Bearer access/);
  });

  test('renews the token once after a 401', async () => {
    const { open, server } = setUp(options);
    const { client, tab, sent } = open();
    await login(client, PERSON);
    server.now += 3_600_001;
    assert.equal((await client.fetch(API)).status, 200);
    assert.equal(sent('Refresh'), 1);
    assert.equal(tab.requests.filter(({ url }) => url === API).length, 2);
  });

  test('repeats the body of a request after a 401', async () => {
    const { open, server, browser } = setUp(options);
    const bodies = [];
    const { client } = open(undefined, {});
    const { fetch } = client.endpoint.environment;
    client.endpoint.environment.fetch = async (input, init) => {
      if (input instanceof Request) bodies.push(await input.clone().text());
      return fetch(input, init);
    };
    await login(client, PERSON);
    server.now += 3_600_001;
    assert.equal((await client.fetch(API, { method: 'POST', body: 'one' })).status, 200);
    assert.deepEqual(bodies, ['one', 'one']);
    assert.notEqual(browser.cookie, null);
  });

  test('returns the 401 of a user without a session', async () => {
    const { open } = setUp(options);
    const { client } = open();
    assert.equal((await client.fetch(API)).status, 401);
  });

  test('sends the access token to no other origin', async () => {
    const { open } = setUp(options);
    const { client, tab } = open();
    await login(client, PERSON);
    const before = tab.requests.length;
    for (const url of ['https://elsewhere.example.net/', 'http://api.example.org/orders', 'https://api.example.org.example.net/']) {
      await assert.rejects(client.fetch(url), TypeError);
    }
    assert.equal(tab.requests.length, before);
  });
});
