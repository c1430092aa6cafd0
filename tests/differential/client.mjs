// A user of the server, who signs up anew where a document has ended the session.

const SIGN_UP = `mutation($email: String!) {
  signup(input: { email: $email, password: "a long and unusual phrase", firstName: "Ada", lastName: "Lovelace" }) {
    ... on Authenticated { tokens { accessToken } }
  }
}`;

export class Client {
  #url;
  #token;
  #users = 0;

  constructor(url) {
    this.#url = url;
  }

  async signUp() {
    this.#users += 1;
    const email = `user${this.#users}@example.com`;
    const { data } = await this.#post(SIGN_UP, { email });
    this.#token = data.signup.tokens.accessToken;
  }

  // Returns the verdict, the first message, and the data.
  async send(query, variables) {
    const { data, errors = [] } = await this.#post(query, variables);
    const codes = errors.map((error) => error.extensions.code);
    if (codes.includes('UNAUTHENTICATED')) await this.signUp();
    const message = errors[0]?.message;
    // A subscription that would be served by a transport that streams.
    if (message?.startsWith('Send subscriptions over')) return { verdict: 'accepted', message, data: null };
    return { verdict: verdict(data, codes[0]), message, data };
  }

  async #post(query, variables) {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  }
}

function verdict(data, code) {
  if (data !== undefined) return 'accepted';
  const verdicts = {
    GRAPHQL_PARSE_FAILED: 'syntax',
    GRAPHQL_VALIDATION_FAILED: 'validation',
    BAD_USER_INPUT: 'variables',
    QUERY_TOO_COMPLEX: 'limits',
  };
  return verdicts[code] ?? code;
}
