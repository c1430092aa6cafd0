import type { RefreshMutation } from './generated/types.js';

/** What signs a user in: the user and the tokens. */
export type Grant = Pick<Extract<RefreshMutation['refresh'], { __typename: 'Authenticated' }>, 'tokens' | 'user'>;

/** A point in time by both clocks. */
export interface Moment {
  monotonic: number;
  wallClock: number;
}

/** The time before the expiry at which a token is renewed: a minute, or a tenth of a short lifetime. */
const EARLY_MILLISECONDS = 60_000;

/**
 * An access token and its age.
 *
 * The age counts from before the request, by the server's `expiresIn` and by differences of clocks only, so that a wrong clock
 * changes nothing. The larger difference counts: the monotonic clock may stop while the device sleeps, and the wall clock may
 * be set back.
 */
export class AccessToken {
  readonly token: string;
  readonly #lifetime: number;
  readonly #started: Moment;

  constructor({ accessToken, expiresIn }: Grant['tokens'], started: Moment) {
    this.token = accessToken;
    this.#lifetime = expiresIn * 1000;
    this.#started = started;
  }

  #age({ monotonic, wallClock }: Moment): number {
    return Math.max(monotonic - this.#started.monotonic, wallClock - this.#started.wallClock);
  }

  /** Returns the time until the token should be renewed, in milliseconds; never a negative one. */
  dueIn(now: Moment): number {
    return Math.max(0, this.#lifetime - Math.min(EARLY_MILLISECONDS, this.#lifetime / 10) - this.#age(now));
  }

  due(now: Moment): boolean {
    return this.dueIn(now) === 0;
  }

  expired(now: Moment): boolean {
    return this.#age(now) >= this.#lifetime;
  }
}
