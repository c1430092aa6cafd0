// The queries of the screens.
import { MeDocument, PolicyDocument, SessionsDocument, type MeQuery, type PolicyQuery, type SessionsQuery } from 'latchkey-client';
import { useQuery } from 'urql';
import type { Policy } from './types';

/** What is shown at once, and asked for again: the functions of `latchkey-client` change it without urql's knowledge. */
const TAGGED = { additionalTypenames: ['User'], requestPolicy: 'cache-and-network' as const };

export const useMe = () => useQuery<MeQuery>({ query: MeDocument as string, context: TAGGED });

const SESSIONS = { additionalTypenames: ['User', 'Session'], requestPolicy: 'cache-and-network' as const };

/** The sessions may have changed on another device: they are asked for each time. */
export const useSessions = () => useQuery<SessionsQuery>({ query: SessionsDocument as string, context: SESSIONS });

export function usePolicy(): Policy | undefined {
  const [{ data }] = useQuery<PolicyQuery>({ query: PolicyDocument as string });
  return data?.policy;
}
