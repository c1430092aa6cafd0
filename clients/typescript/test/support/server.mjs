// The rules of latchkey's sessions that a client depends on: rotation, the grace period, attempts, expiry and revocation.
const GRACE_SECONDS = 10;

export class Server {
  now = 1_000_000;
  lifetime = 3600;
  /** What happens to the next requests, such as `lose` or `overload`. */
  next = [];
  sessions = new Map();
  reuses = 0;
  #count = 0;
  #signups = new Map();

  #session(userId) {
    const session = { id: `ses_${(this.#count += 1)}`, userId, generation: 0, attempts: new Map(), rotatedAt: this.now, ended: false };
    this.sessions.set(session.id, session);
    return session;
  }

  revokeAll() {
    for (const session of this.sessions.values()) session.ended = true;
  }

  live() {
    return [...this.sessions.values()].filter(({ ended }) => !ended);
  }

  answer({ body, url, token, cookie }) {
    const fate = this.next.shift();
    if (fate === 'down') return { lost: true };
    if (fate === 'overload') return { json: error('OVERLOADED', { retryAfterSeconds: 2, outcome: 'NOT_DONE' }) };
    if (fate === 'html') return { json: '<html>', status: 502, headers: { 'retry-after': '7' } };
    const answer = url.includes('/graphql') ? this.#execute(body, token, cookie) : this.#resource(token);
    return fate === 'lose' ? { ...answer, lost: true } : answer;
  }

  #execute({ query, variables: { input } }, token, cookie) {
    const [, name] = query.match(/^\w+ (\w+)/);
    const caller = this.#caller(token);
    if (name === 'Login') return this.#login(input);
    if (name === 'Signup') return this.#signup(input);
    if (name === 'Refresh') return this.#refresh(input, cookie);
    if (name === 'Logout') return this.#logout(input, caller, cookie);
    if (name === 'Policy') return { json: { data: { policy: {} } } };
    if (typeof caller === 'string') return { json: { data: { me: null }, ...error('UNAUTHENTICATED', { reason: caller }) } };
    return { json: { data: { me: user(caller.userId) } } };
  }

  #resource(token) {
    return typeof this.#caller(token) === 'string' ? { status: 401, json: {} } : { json: { ok: true } };
  }

  #caller(token) {
    if (!token) return 'MISSING';
    const [id, expiry] = token.replace('Bearer access ', '').split(' ');
    if (this.sessions.get(id)?.ended ?? true) return 'ENDED';
    return Number(expiry) <= this.now ? 'EXPIRED' : this.sessions.get(id);
  }

  #login({ email, delivery }) {
    return this.#grant('login', this.#session(`usr_${email}`), delivery);
  }

  #signup({ email, attempt, delivery }) {
    const before = this.#signups.get(email);
    if (before !== undefined && before !== attempt) return { json: { data: { signup: { __typename: 'EmailTaken', message: 'taken' } } } };
    this.#signups.set(email, attempt);
    return this.#grant('signup', this.#session(`usr_${email}`), delivery);
  }

  #refresh({ refreshToken, attempt }, cookie) {
    const [id, text] = (refreshToken ?? cookie ?? '').split('.');
    const session = this.sessions.get(id);
    const delivery = refreshToken ? 'BODY' : 'COOKIE';
    if (!session || session.ended) return invalid();
    const generation = Number(text);
    if (generation === session.generation) {
      session.generation += 1;
      session.rotatedAt = this.now;
      session.attempts = new Set([attempt]);
    } else if (generation !== session.generation - 1 || !this.#repeated(session, attempt)) {
      session.ended = true;
      this.reuses += 1;
      return invalid();
    }
    return this.#grant('refresh', session, delivery);
  }

  #repeated(session, attempt) {
    return session.attempts.has(attempt) || this.now - session.rotatedAt <= GRACE_SECONDS * 1000;
  }

  #logout({ refreshToken }, caller, cookie) {
    const id = typeof caller === 'string' ? (refreshToken ?? cookie ?? '').split('.')[0] : caller.id;
    const session = this.sessions.get(id);
    const endedSessions = session && !session.ended ? 1 : 0;
    if (session) session.ended = true;
    return { json: { data: { logout: { __typename: 'LoggedOut', endedSessions } } }, cookie: null };
  }

  #grant(field, session, delivery) {
    const refreshToken = `${session.id}.${session.generation}`;
    const tokens = {
      accessToken: `access ${session.id} ${this.now + this.lifetime * 1000} ${(this.#count += 1)}`,
      tokenType: 'Bearer',
      expiresIn: this.lifetime,
      refreshToken: delivery === 'BODY' ? refreshToken : null,
      refreshTokenExpiresAt: '2030-01-01T00:00:00.000Z',
    };
    const json = { data: { [field]: { __typename: 'Authenticated', user: user(session.userId), tokens } } };
    return delivery === 'BODY' ? { json } : { json, cookie: refreshToken };
  }
}

const user = (id) => ({ id, email: id });
const error = (code, extensions) => ({ errors: [{ message: code, extensions: { code, ...extensions } }] });
const invalid = () => ({ json: { data: { refresh: { __typename: 'InvalidRefreshToken', message: 'invalid' } } } });
