import type { Account } from './client.js';
import { LogoutDocument, RefreshDocument } from './generated/operations.js';
import type { LogoutInput, LogoutMutation, RefreshMutation } from './generated/types.js';
import { AccessToken, type Grant, type Moment } from './access-token.js';
import type { Store } from './store.js';
import { LatchkeyError, post, type Endpoint } from './transport.js';

/**
 * Why the account changed: `signed-in` or `signed-out` by this page, `other-tab` by another tab of the browser, `ended` by the
 * server (revoked elsewhere, expired, password changed), `started` if `start` has found the session of an earlier visit.
 */
export type Cause = 'signed-in' | 'signed-out' | 'other-tab' | 'ended' | 'started';

type RefreshResult = RefreshMutation['refresh'];
type LogoutResult = LogoutMutation['logout'];
type Listener = (account: Account | null, cause: Cause) => void;
interface Message {
  /** The account that was signed in, or null after a sign-out. */
  id: string | null;
}
/** Something that may hold what signs a user in. */
type Answer = Partial<Grant> & { authenticated?: Grant | null };

const RETRY_SECONDS = 30;
const NO_SESSION: RefreshResult = { __typename: 'InvalidRefreshToken', message: 'There is no session.' };

/** The access token, in memory, and the rules by which it is renewed and dropped. */
export class Session {
  account: Account | null | undefined;
  #access: AccessToken | undefined;
  #disposed = false;
  // Counts sign-ins and sign-outs: a refresh that returns after one of them is dropped.
  #epoch = 0;
  #refreshing: Promise<RefreshResult> | undefined;
  #signingIn: Promise<unknown> | undefined;
  #starting: Promise<Account | null> | undefined;
  #aborter = new AbortController();
  #failures = 0;
  #timer: unknown;
  readonly #listeners = new Set<Listener>();
  readonly #channel: ReturnType<Endpoint['environment']['channel']>;
  readonly #sleep: () => void;

  constructor(
    readonly endpoint: Endpoint,
    readonly store: Store,
    readonly cookie: boolean,
  ) {
    const { environment } = endpoint;
    // Tabs with a memory of their own have sessions of their own.
    this.#channel = cookie || store.shared ? environment.channel(`latchkey:${endpoint.url}`) : undefined;
    if (this.#channel) this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#heard(data);
    this.#sleep = environment.onWake(() => this.#wake());
  }

  get token(): string | undefined {
    return this.#access?.token;
  }

  moment(): Moment {
    const { environment } = this.endpoint;
    return { monotonic: environment.monotonic(), wallClock: environment.wallClock() };
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): Promise<Account | null> {
    if (this.account !== undefined) return Promise.resolve(this.account);
    this.#starting ??= this.refresh()
      .then(() => this.account ?? null)
      .catch((error: unknown) => {
        this.#later(error);
        throw error;
      })
      .finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /** Runs a sign-in while no refresh is under way, because the cookie of the later answer would win. */
  async signIn<R>(run: () => Promise<R>): Promise<R> {
    await this.#refreshing?.catch(() => {});
    if (this.store.read().leaving) await this.#leave().catch(() => {});
    const running = run();
    this.#signingIn = running.catch(() => {});
    return running;
  }

  /** Makes sure that the access token is worth sending, where there is a session. */
  async ready(): Promise<void> {
    if (this.account === undefined) await this.start();
    else if (this.#access?.due(this.moment())) {
      await this.refresh().catch((error: unknown) => {
        if (!this.#access || this.#access.expired(this.moment())) throw error;
      });
    }
  }

  /** Renews a token that the server refused for a reason. Returns true if there is another one to try. */
  async renewed(token: string, reason: string | undefined): Promise<boolean> {
    if (this.token === token) {
      if (reason === 'ENDED') this.#drop('ended');
      else await this.refresh();
    }
    return this.token !== undefined && this.token !== token;
  }

  refresh(): Promise<RefreshResult> {
    if (this.#disposed) return Promise.reject(disposed());
    this.#refreshing ??= this.#exchange().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #exchange(tries = 2): Promise<RefreshResult> {
    await this.#signingIn;
    const epoch = this.#epoch;
    if (this.store.read().leaving) await this.#leave();
    else if (this.cookie || this.store.read().token) {
      const started = this.moment();
      const sent = this.store.begin(this.endpoint.environment.random);
      const input = sent.token ? { refreshToken: sent.token, attempt: sent.attempt } : { attempt: sent.attempt };
      const { refresh } = await post(this.endpoint, RefreshDocument, { input }, { signal: this.#aborter.signal });
      this.#failures = 0;
      if (epoch !== this.#epoch) return NO_SESSION;
      if (refresh.__typename === 'Authenticated') {
        if (!this.store.settle(sent, refresh.tokens.refreshToken)) {
          this.#drop('other-tab');
          return NO_SESSION;
        }
        this.#adopt(refresh, started, this.account === undefined ? 'started' : 'other-tab');
        return refresh;
      }
      // Another tab may have signed in meanwhile.
      const { token } = this.store.read();
      if (token && token !== sent.token && tries > 1) return this.#exchange(tries - 1);
    }
    if (epoch === this.#epoch) this.#drop('ended');
    return NO_SESSION;
  }

  /** Adopts the tokens in an operation's answer, if there are any. */
  take(data: unknown, started: Moment): void {
    for (const answer of Object.values(data as Record<string, Answer | null>)) {
      const { tokens, user } = answer?.authenticated ?? answer ?? {};
      if (!tokens || !user || this.#disposed) continue;
      this.#epoch += 1;
      this.store.write(tokens.refreshToken ? { token: tokens.refreshToken } : {});
      this.#adopt({ tokens, user }, started, 'signed-in');
      this.#announce(user.id);
    }
  }

  #adopt({ tokens, user }: Grant, started: Moment, cause: Cause): void {
    this.#access = new AccessToken(tokens, started);
    this.#schedule(this.#access.dueIn(this.moment()));
    this.#change({ id: user.id }, cause);
  }

  async logout(input: LogoutInput): Promise<LogoutResult> {
    const token = this.token;
    const { token: refreshToken } = this.store.read();
    // What is under way must not bring the session back.
    this.#aborter.abort();
    this.#aborter = new AbortController();
    this.#epoch += 1;
    this.store.write({ leaving: true, ...(refreshToken && { token: refreshToken }) });
    try {
      return await this.#leave(input, token);
    } catch (error) {
      this.#later(error);
      throw error;
    } finally {
      this.#drop('signed-out');
      this.#announce(null);
    }
  }

  #announce(id: string | null): void {
    this.#channel?.postMessage({ id } satisfies Message);
  }

  /** Ends the session at the server. Until it knows, `leaving` stays, so that no reload signs the user in again. */
  async #leave(input: LogoutInput = {}, token?: string): Promise<LogoutResult> {
    const { token: refreshToken } = this.store.read();
    const variables = { input: refreshToken ? { refreshToken, ...input } : input };
    const { logout } = await post(this.endpoint, LogoutDocument, variables, { token });
    this.store.write({});
    return logout;
  }

  #drop(cause: Cause): void {
    this.#epoch += 1;
    this.#access = undefined;
    // A sign-out that the server does not know yet is tried again.
    if (!this.store.read().leaving) {
      this.endpoint.environment.clearTimeout(this.#timer);
      this.store.write({});
    }
    this.#change(null, cause);
  }

  #change(account: Account | null, cause: Cause): void {
    const before = this.account;
    if (before !== undefined && before?.id === account?.id) return;
    this.account = account;
    if (before === undefined && account === null) cause = 'started';
    for (const listener of [...this.#listeners]) listener(account, cause);
  }

  #heard({ id }: Message): void {
    if (this.#disposed || id === (this.account?.id ?? null)) return;
    this.#epoch += 1;
    this.#access = undefined;
    this.endpoint.environment.clearTimeout(this.#timer);
    if (id === null) this.#change(null, 'other-tab');
    else {
      // An older refresh may be under way, whose answer will be dropped.
      void (this.#refreshing ?? Promise.resolve()).catch(() => {}).then(() => this.#background());
    }
  }

  #wake(): void {
    if (!this.#disposed && !this.endpoint.environment.hidden() && this.#waiting()) this.#background();
  }

  /** True if a request is due that was not made while the page was hidden, asleep or offline. */
  #waiting(): boolean {
    if (this.store.read().leaving) return true;
    if (!this.account) return this.account === undefined && this.#failures > 0;
    return !this.#access || this.#access.due(this.moment());
  }

  #background(): void {
    void this.refresh().catch((error: unknown) => this.#later(error));
  }

  /** Tries again after a failure: when the server says, or after 1, 2, 4 and at most 30 seconds. */
  #later(error?: unknown): void {
    if (this.#disposed || (this.account === null && !this.store.read().leaving)) return;
    const asked = error instanceof LatchkeyError ? error.retryAfterSeconds : undefined;
    this.#schedule((asked ?? Math.min(2 ** this.#failures, RETRY_SECONDS)) * 1000);
    this.#failures += 1;
  }

  /** Refreshes after a time, unless the page is hidden then: its next request does, or its return. */
  #schedule(milliseconds: number): void {
    const { environment } = this.endpoint;
    environment.clearTimeout(this.#timer);
    this.#timer = environment.setTimeout(() => {
      if (!environment.hidden()) this.#background();
    }, milliseconds);
  }

  dispose(): void {
    this.#disposed = true;
    this.#epoch += 1;
    this.#aborter.abort();
    this.endpoint.environment.clearTimeout(this.#timer);
    this.#channel?.close();
    this.#sleep();
    this.#listeners.clear();
  }
}

const disposed = () => new LatchkeyError('DISPOSED', 'The client was disposed.');
