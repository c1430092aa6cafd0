import { useSyncExternalStore } from 'react';

export type Route = 'sign-in' | 'sign-up' | 'verify' | 'forgot' | 'reset' | 'profile' | 'password' | 'devices';

const read = () => location.hash.replace(/^#\/?/, '') as Route | '';

function subscribe(changed: () => void) {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

export const useRoute = (): Route | '' => useSyncExternalStore(subscribe, read);
export const href = (route: Route): string => `#/${route}`;
export const go = (route: Route): void => {
  location.hash = href(route);
};

/** What one screen hands to the next, such as the ticket of a sign-up. It is in memory only. */
export const handed: { email?: string; ticket?: string; notice?: string } = {};

/** Takes the notice for the next screen. */
export function takeNotice(): string | undefined {
  const { notice } = handed;
  delete handed.notice;
  return notice;
}
