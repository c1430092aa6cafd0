import assert from 'node:assert/strict';
import { check, exhausted, member } from '../check.js';
import { graphql } from '../generated/index.js';
import type { RefreshMutation } from '../generated/graphql.js';
import { newcomer, person, signIn, type Person } from '../people.js';
import { ask } from '../server.js';
import { me } from './login.js';

export const Refresh = graphql(`
  mutation Refresh($input: RefreshInput!) {
    refresh(input: $input) {
      __typename
      ... on AccountError { message }
      ... on Authenticated { ...Grant }
    }
  }
`);

/** What the page does next. */
export function shown(result: RefreshMutation['refresh']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return 'goes on';
    case 'InvalidRefreshToken':
      return 'shows the login form';
    default:
      return exhausted(result);
  }
}

async function refreshed(who: Person): Promise<Person> {
  const { refresh } = await ask(Refresh, { input: { refreshToken: who.refreshToken } });
  return person(who, member(refresh, 'Authenticated'));
}

export async function refresh(): Promise<void> {
  const ada = await newcomer('ada');

  await check('refresh: gives the next pair, and both of it work', async () => {
    const next = await refreshed(await signIn(ada));
    assert.equal((await me(next)).id, ada.id);
    assert.notEqual((await refreshed(next)).refreshToken, next.refreshToken);
  });

  await check('refresh: needs no valid access token', async () => {
    const { refreshToken } = await signIn(ada);
    const { refresh } = await ask(Refresh, { input: { refreshToken } }, { bearer: 'expired' });
    assert.equal(shown(refresh), 'goes on');
  });

  // Two generations back, because a server may let the one before last pass for a moment, for tabs that race.
  await check('refresh: a spent token is refused', async () => {
    const first = await signIn(ada);
    await refreshed(await refreshed(first));
    const { refresh } = await ask(Refresh, { input: { refreshToken: first.refreshToken } });
    assert.equal(shown(refresh), 'shows the login form');
  });

  await check('refresh: an unknown token and an access token are refused', async () => {
    for (const refreshToken of ['unknown', ada.accessToken]) {
      const { refresh } = await ask(Refresh, { input: { refreshToken } });
      assert.equal(shown(refresh), 'shows the login form');
    }
  });
}
