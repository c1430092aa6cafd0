import assert from 'node:assert/strict';
import { check, exhausted, member } from '../check.js';
import { graphql } from '../generated/index.js';
import type { LogoutMutation, RevokeOtherSessionsMutation, RevokeSessionMutation } from '../generated/graphql.js';
import { newcomer, signIn, type Person } from '../people.js';
import { ask, errorCode } from '../server.js';
import { me, refused } from './login.js';
import { Refresh, shown as shownRefresh } from './refresh.js';

const Sessions = graphql(`
  query Sessions {
    me { sessions { id current userAgent ipAddress createdAt lastUsedAt expiresAt } }
  }
`);

const RevokeSession = graphql(`
  mutation RevokeSession($input: RevokeSessionInput!) {
    revokeSession(input: $input) {
      __typename
      ... on AccountError { message }
      ... on SessionRevoked { sessionId }
    }
  }
`);

const RevokeOtherSessions = graphql(`
  mutation RevokeOtherSessions {
    revokeOtherSessions {
      __typename
      ... on OtherSessionsRevoked { endedSessions }
    }
  }
`);

const Logout = graphql(`
  mutation Logout($input: LogoutInput!) {
    logout(input: $input) {
      __typename
      ... on LoggedOut { endedSessions }
    }
  }
`);

/** Describes what the list of devices shows next. */
export function shownRevoked(result: RevokeSessionMutation['revokeSession']): string {
  switch (result.__typename) {
    case 'SessionRevoked':
      return `ended ${result.sessionId}`;
    case 'SessionNotFound':
      return result.message;
    default:
      return exhausted(result);
  }
}

// A union with one member, here and below, leaves nothing to narrow, so `exhausted` gets the name.
export function shownOthersEnded(result: RevokeOtherSessionsMutation['revokeOtherSessions']): string {
  switch (result.__typename) {
    case 'OtherSessionsRevoked':
      return `signed out of ${result.endedSessions} others`;
    default:
      return exhausted(result.__typename);
  }
}

export function shownLogout(result: LogoutMutation['logout']): string {
  switch (result.__typename) {
    case 'LoggedOut':
      return `signed out of ${result.endedSessions}`;
    default:
      return exhausted(result.__typename);
  }
}

async function sessions({ accessToken }: Person) {
  const { me } = await ask(Sessions, {}, { bearer: accessToken });
  return me?.sessions ?? [];
}

async function mayRefresh({ refreshToken }: Person): Promise<string> {
  return shownRefresh((await ask(Refresh, { input: { refreshToken } })).refresh);
}

export async function sessionsAndLogout(): Promise<void> {
  const ada = await newcomer('ada');

  await check('sessions: list every device and mark the current one', async () => {
    const phone = await signIn(ada, 'phone/1.0');
    const all = await sessions(phone);
    assert.equal(all.length, 2);
    assert.deepEqual(all.filter(({ current }) => current).map(({ userAgent }) => userAgent), ['phone/1.0']);
    assert.ok(all.every(({ ipAddress }) => ipAddress === '127.0.0.1' || ipAddress === '::1'));
    const latest = all.map(({ lastUsedAt }) => lastUsedAt);
    assert.deepEqual(latest, [...latest].sort().reverse());
  });

  await check('revokeSession: ends another session at once, refresh token included', async () => {
    const tablet = await signIn(ada, 'tablet/1.0');
    const [session] = (await sessions(ada)).filter(({ userAgent }) => userAgent === 'tablet/1.0');
    assert.ok(session !== undefined);
    const input = { sessionId: session.id };
    const { revokeSession } = await ask(RevokeSession, { input }, { bearer: ada.accessToken });
    assert.equal(shownRevoked(revokeSession), `ended ${session.id}`);
    await refused(tablet);
    assert.equal(await mayRefresh(tablet), 'shows the login form');

    const again = (await ask(RevokeSession, { input }, { bearer: ada.accessToken })).revokeSession;
    assert.equal(shownRevoked(again), member(again, 'SessionNotFound').message);
  });

  await check('revokeSession: cannot end another user\'s session', async () => {
    const ben = await newcomer('ben');
    const [session] = await sessions(ben);
    assert.ok(session !== undefined);
    const input = { sessionId: session.id };
    const { revokeSession } = await ask(RevokeSession, { input }, { bearer: ada.accessToken });
    member(revokeSession, 'SessionNotFound');
    assert.equal((await me(ben)).id, ben.id);
  });

  await check('revokeOtherSessions: ends all sessions except the current one', async () => {
    const phone = await signIn(ada);
    const others = (await sessions(ada)).length - 1;
    const { revokeOtherSessions } = await ask(RevokeOtherSessions, {}, { bearer: ada.accessToken });
    assert.equal(shownOthersEnded(revokeOtherSessions), `signed out of ${others} others`);
    await refused(phone);
    assert.equal(await mayRefresh(phone), 'shows the login form');
    assert.deepEqual((await sessions(ada)).map(({ current }) => current), [true]);
    assert.equal(await errorCode(RevokeOtherSessions, {}), 'UNAUTHENTICATED');
  });

  await check('logout: ends the current session only', async () => {
    const phone = await signIn(ada);
    const { logout } = await ask(Logout, { input: {} }, { bearer: phone.accessToken });
    assert.equal(shownLogout(logout), 'signed out of 1');
    await refused(phone);
    assert.equal(await mayRefresh(phone), 'shows the login form');
    assert.equal((await me(ada)).id, ada.id);
  });

  await check('logout: ends all sessions with everywhere', async () => {
    const phone = await signIn(ada);
    const before = await sessions(phone);
    const { logout } = await ask(Logout, { input: { everywhere: true } }, { bearer: phone.accessToken });
    assert.equal(shownLogout(logout), `signed out of ${before.length}`);
    await refused(phone);
    await refused(ada);
    assert.equal(await errorCode(Logout, { input: {} }, { bearer: ada.accessToken }), 'UNAUTHENTICATED');
  });
}
