import type { Environment } from './environment.js';

/** What outlives the page. */
interface Kept {
  /** The refresh token, with body delivery. */
  token?: string;
  /** The random value of an exchange that has no answer yet. */
  attempt?: string;
  /** True if the user signed out and the server does not know it yet. */
  leaving?: boolean;
}

/**
 * Keeps the refresh token (with body delivery) and the attempt of an exchange until its answer: in local storage, which the
 * tabs share as they share the cookie, or in memory. Never in session storage: a duplicated tab gets a copy of it, and the
 * first of the two to refresh would make the other's token look stolen.
 */
export class Store {
  #memory: Kept = {};
  #storage: Environment['storage'];
  readonly #key: string;

  constructor(key: string, storage: Environment['storage']) {
    this.#key = key;
    this.#storage = storage;
  }

  /** True if other tabs see the same. */
  get shared(): boolean {
    return this.#storage !== undefined;
  }

  read(): Kept {
    try {
      const text = this.#storage?.getItem(this.#key);
      return text === undefined ? this.#memory : JSON.parse(text ?? '{}');
    } catch {
      return this.#memory;
    }
  }

  write(kept: Kept): void {
    this.#memory = kept;
    try {
      if (Object.keys(kept).length > 0) this.#storage?.setItem(this.#key, JSON.stringify(kept));
      else this.#storage?.removeItem(this.#key);
    } catch {
      // The storage is full or blocked: from now on, memory has it for as long as the page lives.
      this.#storage = undefined;
    }
  }

  /** Returns the token to exchange, and the attempt that names the exchange: the same until it has an answer. */
  begin(draw: () => string): Kept {
    const kept = this.read();
    const begun = { ...kept, attempt: kept.attempt ?? draw() };
    // Written even if another tab drew it, because that tab may have its answer at this moment.
    this.write(begun);
    return begun;
  }

  /** Ends an exchange. If another tab has moved on meanwhile, its token stays. Returns false if it has signed out. */
  settle(sent: Kept, successor: string | null): boolean {
    const kept = this.read();
    if (sent.token && kept.token !== sent.token) return kept.token !== undefined;
    if (kept.leaving) return false;
    // The attempt of another tab's later exchange stays.
    if (!sent.token && kept.attempt !== sent.attempt) return true;
    this.write(successor ? { token: successor } : {});
    return true;
  }
}
