import { useEffect, useMemo, useState } from 'react';
import { logout, type Account, type Cause } from 'latchkey-client';
import { Provider } from 'urql';
import { failure, latchkey, newUrql } from './latchkey';
import { go, handed, href, useRoute, type Route } from './route';
import { ForgotPassword } from './screens/ForgotPassword';
import { Devices } from './screens/Devices';
import { ChangePassword } from './screens/ChangePassword';
import { Profile } from './screens/Profile';
import { ResetPassword } from './screens/ResetPassword';
import { SignIn } from './screens/SignIn';
import { SignUp } from './screens/SignUp';
import { Verify } from './screens/Verify';
import { Notice } from './ui/Page';

const FOR_USERS: Partial<Record<Route, () => React.ReactNode>> = { profile: Profile, password: ChangePassword, devices: Devices, verify: Verify };
const FOR_GUESTS: Partial<Record<Route, () => React.ReactNode>> = {
  'sign-in': SignIn,
  'sign-up': SignUp,
  verify: Verify,
  forgot: ForgotPassword,
  reset: ResetPassword,
};

const NOTICES: Partial<Record<Cause, string>> = {
  ended: 'You were signed out, because your session has ended.',
  'other-tab': 'You were signed out in another tab.',
  'signed-out': 'You are signed out.',
};

/** Follows the account, and continues the session of an earlier visit. */
function useAccount() {
  const [account, setAccount] = useState<Account | null | undefined>(latchkey.account);
  const [error, setError] = useState<string>();
  useEffect(() => {
    const end = latchkey.onAccountChange((changed, cause) => {
      setError(undefined);
      setAccount(changed);
      const notice = changed === null ? NOTICES[cause] : undefined;
      if (notice) handed.notice = notice;
    });
    latchkey.start().then(setAccount, (problem: unknown) => setError(failure(problem)));
    return end;
  }, []);
  return { account, error };
}

export function App() {
  const { account, error } = useAccount();
  const route = useRoute();
  const id = account?.id;
  // The cache of one account is not for the next.
  const urql = useMemo(newUrql, [id]);
  const screens = account ? FOR_USERS : FOR_GUESTS;
  const fallback: Route = account ? 'profile' : 'sign-in';
  const Screen = screens[route || fallback];
  useEffect(() => {
    if (account !== undefined && !Screen) go(fallback);
  }, [account, Screen, fallback]);

  return (
    <Provider value={urql}>
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>('h1')?.focus(); }}>
        Skip to the content
      </a>
      <Header signedIn={Boolean(account)} route={route || fallback} />
      {account === undefined ? <Waiting error={error} /> : Screen && <Screen key={`${id}${route}`} />}
    </Provider>
  );
}

function Waiting({ error }: { error: string | undefined }) {
  return <main className="waiting">{error ? <Notice>{error}</Notice> : <p role="status">Loading …</p>}</main>;
}

const LINKS: [Route, string][] = [
  ['profile', 'Profile'],
  ['password', 'Password'],
  ['devices', 'Devices'],
];

function Header({ signedIn, route }: { signedIn: boolean; route: Route }) {
  return (
    <header>
      <a className="brand" href={href(signedIn ? 'profile' : 'sign-in')}>
        <img src="./icon.svg" alt="" width="32" height="32" />
        Account
      </a>
      {signedIn && (
        <nav aria-label="Account">
          {LINKS.map(([to, text]) => (
            <a key={to} href={href(to)} aria-current={route === to ? 'page' : undefined}>
              {text}
            </a>
          ))}
        </nav>
      )}
      {/* Signs out here even if the server cannot be reached: it learns of it later. */}
      {signedIn && (
        <button type="button" className="quiet" onClick={() => void logout(latchkey).catch(() => {})}>
          Sign out
        </button>
      )}
    </header>
  );
}
