/** What the client uses of the browser. Tests and other runtimes replace it, in whole or in part. */
export interface Environment {
  fetch: typeof fetch;
  /** Milliseconds since any fixed point. It may stop while the device sleeps. */
  monotonic(): number;
  /** Milliseconds of the wall clock. It may jump. */
  wallClock(): number;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** What tabs of one origin share, such as `localStorage`; undefined without one. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  /** Opens a channel to the other tabs; returns undefined without one. */
  channel(name: string): Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'> | undefined;
  /** Returns 32 random bytes as base64url. */
  random(): string;
  /** True while the page cannot be seen. */
  hidden(): boolean;
  /** Calls `wake` when the page becomes visible, comes back from the page cache, or is online again. Returns its end. */
  onWake(wake: () => void): () => void;
  /** The page's origin; undefined outside of a page. */
  origin: string | undefined;
}

const WAKERS = [
  ['online', globalThis],
  ['pageshow', globalThis],
  ['visibilitychange', globalThis.document],
] as const;

/** Returns the browser's own environment, or what of it there is in other runtimes. */
export function browser(): Environment {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    monotonic: () => performance.now(),
    wallClock: () => Date.now(),
    setTimeout: (run, milliseconds) => globalThis.setTimeout(run, milliseconds),
    clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
    storage: localStorageIfAllowed(),
    channel: (name) => (globalThis.document && globalThis.BroadcastChannel ? new BroadcastChannel(name) : undefined),
    random() {
      const bytes = crypto.getRandomValues(new Uint8Array(32));
      return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => ({ '+': '-', '/': '_' })[sign] ?? '');
    },
    hidden: () => globalThis.document?.visibilityState === 'hidden',
    onWake(wake) {
      for (const [event, target] of WAKERS) target?.addEventListener?.(event, wake);
      return () => {
        for (const [event, target] of WAKERS) target?.removeEventListener?.(event, wake);
      };
    },
    origin: globalThis.location?.origin,
  };
}

/** Reading `localStorage` throws where the user has blocked it. */
function localStorageIfAllowed(): Environment['storage'] {
  try {
    return globalThis.document ? globalThis.localStorage : undefined;
  } catch {
    return undefined;
  }
}
