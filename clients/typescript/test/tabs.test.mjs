// Tabs of one browser. There is no lock between them: the server's rules and the attempt make them one session.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { login, logout, me, refresh } from 'latchkey-client';
import { settle } from './support/browser.mjs';
import { PERSON, setUp } from './support/setup.mjs';

for (const delivery of ['COOKIE', 'BODY']) {
  describe(`tabs with ${delivery}`, () => {
    test('two tabs that refresh at once keep one session', async () => {
      const { open, server } = setUp({ delivery });
      const [one, two] = [open(), open()];
      await login(one.client, PERSON);
      await two.client.start();
      const results = await Promise.all([refresh(one.client), refresh(two.client)]);
      assert.deepEqual(results.map(({ __typename }) => __typename), ['Authenticated', 'Authenticated']);
      await Promise.all([refresh(two.client), refresh(one.client)]);
      assert.equal(server.reuses, 0);
      assert.equal(server.live().length, 1);
    });

    test('duplicated tab refreshes after hours without harm', async () => {
      const { open, browser, server } = setUp({ delivery });
      const one = open();
      await login(one.client, PERSON);
      const copy = open();
      await copy.client.start();
      for (let hour = 0; hour < 4; hour += 1) {
        await browser.sleep(3600);
        await me(hour % 2 ? one.client : copy.client);
        await browser.sleep(60);
        await me(hour % 2 ? copy.client : one.client);
      }
      assert.equal(server.reuses, 0);
      assert.equal(server.live().length, 1);
    });

    test('tab that was killed before its answer costs no session', async () => {
      const { open, browser, server } = setUp({ delivery });
      const one = open();
      await login(one.client, PERSON);
      server.next = ['lose'];
      refresh(one.client).catch(() => {});
      await settle();
      one.tab.kill();
      await browser.sleep(3600);
      const two = open();
      assert.deepEqual(await two.client.start(), { id: 'usr_ada@example.org' });
      await refresh(two.client);
      assert.equal(server.reuses, 0);
    });

    test('tab that was killed after the server set its cookie costs no session', async () => {
      const { open, browser, server } = setUp({ delivery });
      const one = open();
      await login(one.client, PERSON);
      one.tab.onRequest = async () => one.tab.kill();
      refresh(one.client).catch(() => {});
      await settle();
      await browser.sleep(3600);
      assert.deepEqual(await open().client.start(), { id: 'usr_ada@example.org' });
      assert.equal(server.reuses, 0);
    });

    test('late answer does not overwrite a later token', async () => {
      const { open, server } = setUp({ delivery });
      const [slow, quick] = [open(), open()];
      await login(slow.client, PERSON);
      await quick.client.start();
      let release;
      slow.tab.onResponse = () => new Promise((resolve) => (release = resolve));
      const late = refresh(slow.client);
      await settle();
      await refresh(quick.client);
      await refresh(quick.client);
      slow.tab.onResponse = async () => {};
      release();
      await late;
      await refresh(slow.client);
      await refresh(quick.client);
      assert.equal(server.reuses, 0);
    });

    test('log-out in one tab signs out the others', async () => {
      const { open } = setUp({ delivery });
      const [one, two] = [open(), open()];
      await login(one.client, PERSON);
      await two.client.start();
      const changes = [];
      two.client.onAccountChange((account, cause) => changes.push([account, cause]));
      await logout(one.client);
      await settle();
      assert.deepEqual(changes, [[null, 'other-tab']]);
      assert.equal(two.client.session.token, undefined);
      await assert.rejects(me(two.client), { code: 'UNAUTHENTICATED', reason: 'MISSING' });
    });

    test('login in one tab signs in the others', async () => {
      const { open } = setUp({ delivery });
      const [one, two] = [open(), open()];
      assert.equal(await two.client.start(), null);
      const changes = [];
      two.client.onAccountChange((account, cause) => changes.push([account?.id, cause]));
      await login(one.client, PERSON);
      await settle();
      assert.deepEqual(changes, [['usr_ada@example.org', 'other-tab']]);
    });

    test('login as another user in one tab changes the others', async () => {
      const { open } = setUp({ delivery });
      const [one, two] = [open(), open()];
      await login(one.client, PERSON);
      await two.client.start();
      await login(one.client, { ...PERSON, email: 'grace@example.org' });
      await settle();
      assert.equal(two.client.account.id, 'usr_grace@example.org');
      assert.equal((await me(two.client)).id, 'usr_grace@example.org');
    });

    test('channel carries account ids and no token', async () => {
      const { open } = setUp({ delivery });
      const [one, two] = [open(), open()];
      const messages = [];
      const channel = two.tab.environment.channel('latchkey:https://accounts.example.org/graphql');
      channel.onmessage = ({ data }) => messages.push(data);
      await login(one.client, PERSON);
      await logout(one.client);
      await settle();
      assert.deepEqual(messages, [{ id: 'usr_ada@example.org' }, { id: null }]);
    });

    test('blocked storage leaves a session for the life of the page', async () => {
      const { open, server } = setUp({ delivery });
      const blocked = () => {
        throw new DOMException('blocked', 'SecurityError');
      };
      const { client } = open(undefined, { environment: { storage: { getItem: blocked, setItem: blocked, removeItem: blocked } } });
      await login(client, PERSON);
      await refresh(client);
      assert.equal((await me(client)).id, 'usr_ada@example.org');
      assert.equal(server.reuses, 0);
    });
  });
}

test('memory keeps a session for each tab', async () => {
  const { open, browser, server } = setUp({ delivery: 'BODY', keep: 'memory' });
  const [one, two] = [open(), open()];
  await login(one.client, PERSON);
  assert.deepEqual(browser.stored, []);
  assert.equal(await two.client.start(), null);
  await login(two.client, PERSON);
  await logout(one.client);
  await settle();
  assert.equal((await me(two.client)).id, 'usr_ada@example.org');
  assert.equal(server.live().length, 1);
});

test('no lock of the browser is used', async () => {
  const { readFileSync, readdirSync } = await import('node:fs');
  const folder = new URL('../dist/', import.meta.url);
  const scripts = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'));
  assert.ok(scripts.length > 5);
  for (const name of scripts) assert.doesNotMatch(readFileSync(new URL(name, folder), 'utf8'), /navigator|sessionStorage/);
});
