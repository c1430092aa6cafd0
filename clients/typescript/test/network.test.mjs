// What the network and the server do to a session, in one tab.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { login, logout, me, refresh, signup } from 'latchkey-client';
import { settle } from './support/browser.mjs';
import { PERSON, setUp } from './support/setup.mjs';

for (const delivery of ['COOKIE', 'BODY']) {
  describe(`network with ${delivery}`, () => {
    test('offline page stays signed in and refreshes when it is back', async () => {
      const { open, browser } = setUp({ delivery });
      const { client, tab, sent } = open();
      await login(client, PERSON);
      tab.offline = true;
      await browser.pass(3541);
      await browser.pass(3600);
      await assert.rejects(me(client), { code: 'NETWORK' });
      assert.deepEqual(client.account, { id: 'usr_ada@example.org' });
      tab.offline = false;
      await tab.wake();
      assert.equal((await me(client)).id, 'usr_ada@example.org');
      assert.ok(sent('Refresh') >= 2);
    });

    test('page that was opened offline starts when it is back', async () => {
      const { open } = setUp({ delivery });
      await login(open().client, PERSON);
      const { client, tab } = open();
      tab.offline = true;
      await assert.rejects(client.start(), { code: 'NETWORK' });
      assert.equal(client.account, undefined);
      tab.offline = false;
      await tab.wake();
      assert.deepEqual(client.account, { id: 'usr_ada@example.org' });
    });

    test('request before the expiry does not wait for a lost refresh', async () => {
      const { open, browser, server } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      tab.isHidden = true;
      await browser.pass(3570);
      server.next = ['down'];
      assert.equal((await me(client)).id, 'usr_ada@example.org');
    });

    test('restart of the server costs no session', async () => {
      const { open, browser, server } = setUp({ delivery });
      const { client } = open();
      await login(client, PERSON);
      server.next = ['down', 'html', 'overload'];
      await browser.pass(3541);
      await browser.pass(1);
      await browser.pass(7);
      await browser.pass(2);
      assert.deepEqual(server.next, []);
      assert.deepEqual(client.account, { id: 'usr_ada@example.org' });
      assert.equal((await me(client)).id, 'usr_ada@example.org');
    });

    test('overloaded server is asked again when it says', async () => {
      const { open, browser, server } = setUp({ delivery });
      const { client, sent } = open();
      await login(client, PERSON);
      server.next = ['overload'];
      await browser.pass(3541);
      assert.equal(sent('Refresh'), 1);
      await browser.pass(1);
      assert.equal(sent('Refresh'), 1);
      await browser.pass(1);
      assert.equal(sent('Refresh'), 2);
      await assert.doesNotReject(me(client));
    });

    test('failures are errors with code, reason and time to wait', async () => {
      const { open, server } = setUp({ delivery });
      const { client } = open();
      await login(client, PERSON);
      server.next = ['overload'];
      await assert.rejects(me(client), { code: 'OVERLOADED', retryAfterSeconds: 2, outcome: 'NOT_DONE' });
      server.next = ['html'];
      await assert.rejects(me(client), { code: 'HTTP', retryAfterSeconds: 7 });
      server.next = ['down'];
      await assert.rejects(me(client), { code: 'NETWORK' });
    });

    test('server that never answers is given up', async () => {
      const { open, browser } = setUp({ delivery, timeoutSeconds: 20 });
      const { client, tab } = open();
      tab.onRequest = () => new Promise(() => {});
      const waiting = assert.rejects(login(client, PERSON), { code: 'NETWORK' });
      await settle();
      await browser.pass(20);
      await waiting;
    });

    test('hidden tab refreshes when it is shown, not before', async () => {
      const { open, browser } = setUp({ delivery });
      const { client, tab, sent } = open();
      await login(client, PERSON);
      await tab.hide();
      await browser.pass(3550);
      assert.equal(sent('Refresh'), 0);
      await tab.show();
      assert.equal(sent('Refresh'), 1);
    });

    test('lost answer is repeated with the same attempt hours later', async () => {
      const { open, browser, server } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      server.next = ['lose'];
      await assert.rejects(refresh(client), { code: 'NETWORK' });
      await browser.sleep(6 * 3600);
      assert.equal((await refresh(client)).__typename, 'Authenticated');
      const [first, second] = tab.requests.filter(({ operation }) => operation === 'Refresh').map(({ body }) => body.variables.input.attempt);
      assert.match(first, /^[\w-]{43}$/);
      assert.equal(second, first);
      assert.equal(server.reuses, 0);
      await refresh(client);
      assert.notEqual(tab.requests.at(-1).body.variables.input.attempt, first);
    });

    test('sign-up whose answer was lost signs in when it is repeated', async () => {
      const { open, server } = setUp({ delivery });
      const { client } = open();
      const person = { ...PERSON, firstName: 'Ada', lastName: 'Lovelace' };
      server.next = ['lose'];
      await assert.rejects(signup(client, person), { code: 'NETWORK' });
      assert.equal((await signup(client, { ...person })).__typename, 'Authenticated');
      assert.equal((await signup(client, person)).__typename, 'EmailTaken');
    });

    test('log-out without a network signs out here, and at the server later', async () => {
      const { open, server } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      tab.offline = true;
      await assert.rejects(logout(client), { code: 'NETWORK' });
      assert.equal(client.account, null);
      assert.equal(server.live().length, 1);
      tab.offline = false;
      await tab.wake();
      assert.deepEqual(server.live(), []);
    });

    test('reload after a log-out without a network stays signed out', async () => {
      const { open, server } = setUp({ delivery });
      const first = open();
      await login(first.client, PERSON);
      first.tab.offline = true;
      await assert.rejects(logout(first.client));
      first.tab.kill();
      const second = open();
      assert.equal(await second.client.start(), null);
      assert.deepEqual(server.live(), []);
    });

    test('login after a log-out without a network signs in', async () => {
      const { open, server } = setUp({ delivery });
      const { client, tab } = open();
      await login(client, PERSON);
      tab.offline = true;
      await assert.rejects(logout(client));
      tab.offline = false;
      await login(client, { ...PERSON, email: 'grace@example.org' });
      assert.deepEqual(server.live().map(({ userId }) => userId), ['usr_grace@example.org']);
      assert.deepEqual(await open().client.start(), { id: 'usr_grace@example.org' });
    });
  });
}
