// The life of a session in one tab, with both ways of delivery.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { login, logout, me, policy, refresh } from 'latchkey-client';
import { settle } from './support/browser.mjs';
import { PERSON, setUp } from './support/setup.mjs';

for (const delivery of ['COOKIE', 'BODY']) {
  describe(`session with ${delivery}`, () => {
    test('login returns the union and changes the account', async () => {
      const { open, browser } = setUp({ delivery });
      const { client } = open();
      const changes = [];
      client.onAccountChange((account, cause) => changes.push([account?.id ?? null, cause]));
      const result = await login(client, PERSON);
      assert.equal(result.__typename, 'Authenticated');
      assert.deepEqual(changes, [['usr_ada@example.org', 'signed-in']]);
      assert.equal(browser.cookie === null, delivery === 'BODY');
      assert.equal((await me(client)).id, 'usr_ada@example.org');
    });

    test('no access token is ever stored', async () => {
      const { open, browser } = setUp({ delivery });
      const { client } = open();
      await login(client, PERSON);
      await refresh(client);
      assert.equal(browser.stored.some((text) => text.includes('access')), false);
      if (delivery === 'COOKIE') assert.deepEqual(browser.stored, []);
    });

    test('reload continues the session by start', async () => {
      const { open } = setUp({ delivery });
      await login(open().client, PERSON);
      const { client } = open();
      assert.equal(client.account, undefined);
      assert.deepEqual(await client.start(), { id: 'usr_ada@example.org' });
    });

    test('start of a guest finds no account', async () => {
      const { open } = setUp({ delivery });
      const { client } = open();
      const changes = [];
      client.onAccountChange((account, cause) => changes.push([account, cause]));
      assert.equal(await client.start(), null);
      assert.equal(client.account, null);
      assert.deepEqual(changes, [[null, 'started']]);
    });

    test('operation without start continues the session first', async () => {
      const { open } = setUp({ delivery });
      await login(open().client, PERSON);
      const { client, sent } = open();
      assert.equal((await me(client)).id, 'usr_ada@example.org');
      assert.equal(sent('Refresh'), 1);
    });

    test('operation of guests does not wait for a session', async () => {
      const { open } = setUp({ delivery });
      const { client, sent } = open();
      await policy(client);
      assert.equal(sent('Refresh'), 0);
    });

    test('logout clears everything that would sign in again', async () => {
      const { open, browser, server } = setUp({ delivery });
      const { client } = open();
      await login(client, PERSON);
      const { __typename, endedSessions } = await logout(client);
      assert.deepEqual([__typename, endedSessions], ['LoggedOut', 1]);
      assert.equal(client.account, null);
      assert.deepEqual([browser.cookie, browser.stored, server.live()], [null, [], []]);
      assert.equal(await open().client.start(), null);
    });

    test('refresh comes before the expiry by the lifetime of the server', async () => {
      const { open, browser } = setUp({ delivery });
      const { client, sent } = open();
      await login(client, PERSON);
      await browser.pass(3539);
      assert.equal(sent('Refresh'), 0);
      await browser.pass(2);
      assert.equal(sent('Refresh'), 1);
      await browser.pass(3541);
      assert.equal(sent('Refresh'), 2);
    });

    for (const hours of [-1, 1]) {
      test(`clock that is wrong by ${hours} h changes nothing`, async () => {
        const { open, browser } = setUp({ delivery });
        browser.setClock(hours * 3600);
        const { client, sent } = open();
        await login(client, PERSON);
        await me(client);
        await browser.pass(3000);
        await me(client);
        assert.equal(sent('Refresh'), 0);
        await browser.pass(600);
        await me(client);
        assert.equal(sent('Refresh'), 1);
      });
    }

    test('clock that is set back during the session delays no refresh', async () => {
      const { open, browser } = setUp({ delivery });
      const { client, sent } = open();
      await login(client, PERSON);
      browser.setClock(-3600);
      await browser.pass(3600);
      assert.equal((await me(client)).id, 'usr_ada@example.org');
      assert.equal(sent('Refresh'), 1);
    });

    test('first request after a sleep renews the token first', async () => {
      const { open, browser } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      await browser.sleep(8 * 3600);
      assert.equal((await me(client)).id, 'usr_ada@example.org');
      assert.deepEqual(tab.requests.map(({ operation }) => operation), ['Login', 'Refresh', 'Me']);
    });

    test('token that the server calls expired is renewed once', async () => {
      const { open, server } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      // The server's clock jumps: the client cannot know that its token has expired.
      server.now += 3_600_001;
      const results = await Promise.all([me(client), me(client), me(client)]);
      assert.deepEqual(results.map(({ id }) => id), Array(3).fill('usr_ada@example.org'));
      assert.deepEqual(tab.requests.map(({ operation }) => operation), ['Login', 'Me', 'Me', 'Me', 'Refresh', 'Me', 'Me', 'Me']);
    });

    test('ended session signs the page out without a refresh', async () => {
      const { open, server } = setUp({ delivery });
      const { client, sent } = open();
      await login(client, PERSON);
      const changes = [];
      client.onAccountChange((account, cause) => changes.push([account, cause]));
      server.revokeAll();
      await assert.rejects(me(client), { code: 'UNAUTHENTICATED', reason: 'ENDED' });
      assert.equal(sent('Refresh'), 0);
      assert.deepEqual(changes, [[null, 'ended']]);
    });

    test('refresh that returns after a log-out is dropped', async () => {
      const { open, server } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      let release;
      tab.onResponse = (body, { json }) => (json.data.refresh ? new Promise((resolve) => (release = resolve)) : undefined);
      const refreshing = refresh(client).catch((error) => error);
      await settle();
      await logout(client);
      release();
      await refreshing;
      assert.equal(client.account, null);
      assert.equal(client.session.token, undefined);
      assert.deepEqual(server.live(), []);
      assert.equal(await open().client.start(), null);
    });

    test('refreshes at the same time share one request', async () => {
      const { open } = setUp({ delivery });
      const { client, sent } = open();
      await login(client, PERSON);
      await Promise.all([refresh(client), refresh(client), refresh(client)]);
      assert.equal(sent('Refresh'), 1);
    });

    test('login waits for a refresh that is under way', async () => {
      const { open, browser } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      let release;
      tab.onRequest = (body) => (body.query.includes('refresh(') ? new Promise((resolve) => (release = resolve)) : undefined);
      const refreshing = refresh(client);
      await settle();
      const other = login(client, { ...PERSON, email: 'grace@example.org' });
      await settle();
      release();
      await Promise.all([refreshing, other]);
      assert.equal(client.account.id, 'usr_grace@example.org');
      const kept = delivery === 'COOKIE' ? browser.cookie : JSON.parse(browser.stored[0]).token;
      assert.match(kept, /^ses_3|ses_4/);
      assert.deepEqual(await open().client.start(), { id: 'usr_grace@example.org' });
    });

    test('dispose ends timers and listeners', async () => {
      const { open } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      assert.ok(tab.timers > 0 && tab.listeners > 0);
      client.dispose();
      assert.deepEqual([tab.timers, tab.listeners], [0, 0]);
      await assert.rejects(refresh(client), { code: 'DISPOSED' });
    });

    test('double mount of StrictMode keeps the session', async () => {
      const { open, server } = setUp({ delivery });
      await login(open().client, PERSON);
      const tab = open().tab;
      const first = open(tab).client;
      const starting = first.start().catch(() => {});
      first.dispose();
      const { client } = open(tab);
      assert.deepEqual(await client.start(), { id: 'usr_ada@example.org' });
      await starting;
      await refresh(client);
      assert.equal(server.reuses, 0);
      assert.equal(server.live().length, 1);
    });
  });
}
