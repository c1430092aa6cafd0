// A browser with tabs whose time the test moves: clocks, timers, local storage, channels, cookies and visibility.

/** Lets every promise that can go on go on. */
export async function settle() {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class Browser {
  cookie = null;
  now = 1_000_000;
  #slept = 0;
  #skew = 0;
  #stored = new Map();
  #tabs = new Set();

  constructor(server) {
    this.server = server;
  }

  /** The access of a tab to what the tabs share. */
  get storage() {
    return {
      getItem: (key) => this.#stored.get(key) ?? null,
      setItem: (key, value) => void this.#stored.set(key, String(value)),
      removeItem: (key) => void this.#stored.delete(key),
    };
  }

  get stored() {
    return [...this.#stored.values()];
  }

  tab() {
    const tab = new Tab(this, this.#tabs);
    this.#tabs.add(tab);
    return tab;
  }

  monotonic() {
    return this.now - this.#slept;
  }

  wallClock() {
    return this.now + this.#skew;
  }

  /** Sets the device's clock without time passing. */
  setClock(seconds) {
    this.#skew += seconds * 1000;
  }

  /** Lets time pass, and runs the timers that are due. */
  async pass(seconds) {
    this.now += seconds * 1000;
    this.server.now = this.now;
    await this.#runTimers();
  }

  /** Lets time pass while the device sleeps: no timer runs, and the monotonic clock stands. */
  async sleep(seconds) {
    this.now += seconds * 1000;
    this.#slept += seconds * 1000;
    this.server.now = this.now;
    await settle();
  }

  async #runTimers() {
    await settle();
    for (const tab of this.#tabs) tab.runTimers(this.monotonic());
    await settle();
  }
}

class Tab {
  offline = false;
  isHidden = false;
  /** Called with each request before it is sent, and with each response before it arrives. */
  onRequest = async () => {};
  onResponse = async () => {};
  requests = [];
  #timers = new Map();
  #wakes = new Set();
  #channels = new Set();

  constructor(browser, tabs) {
    this.browser = browser;
    this.tabs = tabs;
  }

  get environment() {
    const { browser } = this;
    return {
      fetch: (input, init) => this.#fetch(input, init),
      monotonic: () => browser.monotonic(),
      wallClock: () => browser.wallClock(),
      setTimeout: (run, milliseconds) => {
        const timer = Symbol('timer');
        this.#timers.set(timer, { run, at: browser.monotonic() + milliseconds });
        return timer;
      },
      clearTimeout: (timer) => void this.#timers.delete(timer),
      storage: browser.storage,
      channel: (name) => this.#channel(name),
      hidden: () => this.isHidden,
      onWake: (wake) => {
        this.#wakes.add(wake);
        return () => this.#wakes.delete(wake);
      },
      origin: 'https://app.example.org',
    };
  }

  get timers() {
    return this.#timers.size;
  }

  get listeners() {
    return this.#wakes.size + this.#channels.size;
  }

  runTimers(now) {
    for (const [timer, { run, at }] of [...this.#timers]) {
      if (at > now) continue;
      this.#timers.delete(timer);
      run();
    }
  }

  async hide() {
    this.isHidden = true;
    await this.wake();
  }

  async show() {
    this.isHidden = false;
    await this.wake();
  }

  async wake() {
    for (const wake of this.#wakes) wake();
    await settle();
  }

  /** Ends the tab without a warning: what it waits for never arrives, and its timers never run. */
  kill() {
    this.killed = true;
    this.#timers.clear();
    this.#wakes.clear();
    this.#channels.clear();
    this.tabs.delete(this);
  }

  #channel(name) {
    const end = {
      name,
      onmessage: null,
      postMessage: (data) => {
        for (const tab of this.tabs) {
          for (const other of tab.#channels) {
            if (other !== end && other.name === name) queueMicrotask(() => other.onmessage?.({ data: structuredClone(data) }));
          }
        }
      },
      close: () => this.#channels.delete(end),
    };
    this.#channels.add(end);
    return end;
  }

  async #fetch(input, init = {}) {
    const request = new Request(input, init.credentials ? { ...init, credentials: init.credentials } : init);
    const { signal } = init;
    const body = init.body === undefined ? undefined : JSON.parse(init.body);
    this.requests.push({ url: request.url, operation: body?.query.match(/^\w+ (\w+)/)?.[1], body, token: request.headers.get('authorization') });
    const aborted = new Promise((_, reject) => {
      const stop = () => reject(new DOMException('aborted', 'AbortError'));
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
    });
    aborted.catch(() => {});
    if (this.offline) throw new TypeError('Failed to fetch');
    await Promise.race([this.onRequest(body), aborted]);
    const answer = this.browser.server.answer({ body, url: request.url, token: request.headers.get('authorization'), cookie: init.credentials === 'include' ? this.browser.cookie : null });
    // The browser takes the cookie even if the page is gone by then.
    if (init.credentials === 'include' && answer.cookie !== undefined && !answer.lost) this.browser.cookie = answer.cookie;
    if (this.killed) return new Promise(() => {});
    if (answer.lost) throw new TypeError('Failed to fetch');
    await Promise.race([this.onResponse(body, answer), aborted]);
    return new Response(JSON.stringify(answer.json), { status: answer.status ?? 200, headers: answer.headers });
  }
}
