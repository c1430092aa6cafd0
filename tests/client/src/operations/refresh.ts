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

/** Describes what the page does next. */
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

  await check('refresh: returns the next pair of tokens, and both work', async () => {
    const next = await refreshed(await signIn(ada));
    assert.equal((await me(next)).id, ada.id);
    assert.notEqual((await refreshed(next)).refreshToken, next.refreshToken);
  });

  await check('refresh: works without a valid access token', async () => {
    const { refreshToken } = await signIn(ada);
    const { refresh } = await ask(Refresh, { input: { refreshToken } }, { bearer: 'expired' });
    assert.equal(shown(refresh), 'goes on');
  });

  // Two generations back, because a server may accept the previous one for a moment, for tabs that race.
  await check('refresh: rejects a used token', async () => {
    const first = await signIn(ada);
    await refreshed(await refreshed(first));
    const { refresh } = await ask(Refresh, { input: { refreshToken: first.refreshToken } });
    assert.equal(shown(refresh), 'shows the login form');
  });

  await check('refresh: rejects an unknown token and an access token', async () => {
    for (const refreshToken of ['unknown', ada.accessToken]) {
      const { refresh } = await ask(Refresh, { input: { refreshToken } });
      assert.equal(shown(refresh), 'shows the login form');
    }
  });
}
