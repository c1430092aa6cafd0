import { useState } from 'react';
import { logout, revokeOtherSessions, revokeSession } from 'latchkey-client';
import { failure, latchkey } from '../latchkey';
import { useSessions } from '../data';
import type { Session } from '../types';
import { Notice, Page } from '../ui/Page';
import { when } from '../words';

async function signOut(session: Session): Promise<string> {
  const result = await revokeSession(latchkey, { sessionId: session.id });
  switch (result.__typename) {
    case 'SessionRevoked':
      return `${session.deviceName ?? 'The device'} is signed out.`;
    case 'SessionNotFound':
      return 'That device was signed out already.';
    default:
      return (result as { message?: string }).message ?? '';
  }
}

async function signOutOthers(): Promise<string> {
  const { endedSessions } = await revokeOtherSessions(latchkey);
  return endedSessions === 1 ? 'One other device is signed out.' : `${endedSessions} other devices are signed out.`;
}

export function Devices() {
  const [{ data, error }, again] = useSessions();
  const [notice, setNotice] = useState<string>();
  const sessions = data?.me?.sessions ?? [];
  const run = (task: Promise<string>) =>
    task.then(
      (text) => {
        setNotice(text);
        again({ requestPolicy: 'network-only' });
      },
      (problem: unknown) => setNotice(failure(problem)),
    );
  return (
    <Page title="Devices" lead="Where you are signed in. Sign out what you do not use, or do not know.">
      {notice && <Notice>{notice}</Notice>}
      {error && <Notice>{failure(error)}</Notice>}
      <ul className="devices">
        {sessions.map((session) => (
          <li key={session.id}>
            <div>
              <strong>{session.deviceName ?? 'Unknown device'}</strong>
              {session.current && <span className="tag">This device</span>}
              <p className="hint">
                Last used {when(session.lastUsedAt)}
                <br />
                Signed in {when(session.createdAt)} from {session.ipAddress ?? 'an unknown address'}
              </p>
            </div>
            {!session.current && (
              <button type="button" onClick={() => void run(signOut(session))} aria-label={`Sign out ${session.deviceName ?? 'unknown device'}, used ${when(session.lastUsedAt)}`}>
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      <div className="actions">
        {sessions.length > 1 && (
          <button type="button" onClick={() => void run(signOutOthers())}>
            Sign out all others
          </button>
        )}
        <button type="button" className="danger" onClick={() => void logout(latchkey, { everywhere: true }).catch(() => {})}>
          Sign out everywhere
        </button>
      </div>
    </Page>
  );
}
