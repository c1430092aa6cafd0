// Keeps the console signed in: what signs a user in sets the bearer token of every tab, which is renewed before it expires.

const EARLY_SECONDS = 30;
const REFRESH = `mutation Refresh($input: RefreshInput!) {
  refresh(input: $input) { __typename ... on Authenticated { tokens { accessToken refreshToken expiresIn } } }
}`;

let session = null;
const listeners = new Set();

/** Returns the session: the tokens, and the time of the next renewal by this page's clock. */
export const signedIn = () => session;

export function onSignIn(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(tokens) {
  session = tokens && {
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken ?? session?.refreshToken,
    due: tokens.expiresIn ? performance.now() + (tokens.expiresIn - EARLY_SECONDS) * 1000 : Infinity,
  };
  for (const listener of listeners) listener(session);
}

/** Takes the tokens out of an answer, and forgets them when the answer says that the session has ended. */
export function observe({ data, errors }) {
  for (const result of Object.values(data ?? {})) {
    const tokens = result?.tokens ?? result?.authenticated?.tokens;
    if (tokens?.accessToken) keep(tokens);
    if (['LoggedOut', 'PasswordReset'].includes(result?.__typename)) keep(null);
  }
  if (errors?.some(({ extensions }) => extensions?.reason === 'ENDED')) keep(null);
}

/** Forgets the session, here only. */
export const forget = () => keep(null);

const isEmpty = (bearer) => /^bearer\s*(…|\.\.\.)?$/i.test(bearer.trim());

/** Adds the bearer token, unless the user has typed one. */
export async function withBearer(headers, send) {
  const typed = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
  if (typed && !isEmpty(String(typed[1]))) return headers;
  if (session?.refreshToken && performance.now() >= session.due) await renew(send);
  return session ? { ...rest, Authorization: `Bearer ${session.accessToken}` } : rest;
}

async function renew(send) {
  const input = { refreshToken: session.refreshToken };
  const { data } = await send({ query: REFRESH, variables: { input } }, {});
  if (data?.refresh) keep(data.refresh.tokens ?? null);
}

/** Fills in what an earlier answer contained: a refresh token that stands for itself. */
export function withTokens(variables) {
  const { input } = variables ?? {};
  if (!session?.refreshToken || input?.refreshToken !== '…') return variables;
  return { ...variables, input: { ...input, refreshToken: session.refreshToken } };
}

/** Says where the email lies that an answer speaks of, or undefined. */
export function emailNote(data) {
  const names = Object.values(data ?? {}).map((result) => result?.__typename);
  if (!names.some((name) => ['CodeSent', 'SignupAccepted'].includes(name))) return undefined;
  return document.querySelector('meta[name=latchkey-emails]')?.content;
}
