// Observes what each client does with answers that are no data.
import { createServer } from 'node:http';
import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache } from '@apollo/client';
import { cacheExchange, Client as Urql, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { createClient, LatchkeyError } from 'latchkey-client';
import { createClient as createVillus, fetch as villusFetch } from 'villus';

const ME = '{ me { id } }';
const REFUSED = '{ me { nothing } }';

/** What each client is asked, and how it shows an error: its words, or undefined for data without an error. */
const CLIENTS = {
  'latchkey-client 0.1': (url) => {
    const client = createClient({ url, delivery: 'BODY', keep: 'memory' });
    const ask = (query) => client.call(query, {}).then(() => undefined, (error) => rejected(error instanceof LatchkeyError ? error.code : error.name, error.retryAfterSeconds));
    return ask;
  },
  'Apollo Client 4.3': (url) => {
    const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
    return (query) => client.query({ query: apolloGql(query) }).then(() => undefined, (error) => rejected(error.errors?.[0].extensions.code ?? `${error.name} ${error.statusCode}`));
  },
  'urql 5': (url) => {
    const client = new Urql({ url, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange] });
    return async (query) => {
      const { error } = await client.query(query, {});
      return error && resolved(error.graphQLErrors[0]?.extensions.code ?? `networkError ${error.networkError.message}`);
    };
  },
  'graphql-request 7.4': (url) => {
    const client = new GraphQLClient(url);
    return (query) => client.request(query).then(() => undefined, (error) => rejected(error.response?.errors?.[0].extensions.code ?? `${error.name} ${error.response?.status}`));
  },
  'villus 3.5': (url) => {
    const client = createVillus({ url, use: [villusFetch()] });
    return async (query) => {
      const { error } = await client.executeQuery({ query });
      return error && resolved(error.graphqlErrors?.[0]?.extensions.code ?? `networkError ${/JSON/.test(error.message) ? 'is not JSON' : error.message}`);
    };
  },
};

const rejected = (what, wait) => `rejects: ${what}${wait ? `, after ${wait} s` : ''}`;
const resolved = (what) => `resolves with error: ${what}`;

/** Returns the rows of the table for the page. */
export async function table(latchkey) {
  let requests = 0;
  const busy = createServer((_, response) => {
    requests += 1;
    response.writeHead(503, { 'content-type': 'text/html', 'retry-after': '1' }).end('<html>busy</html>');
  });
  await new Promise((resolve) => busy.listen(0, '127.0.0.1', resolve));
  const proxy = `http://127.0.0.1:${busy.address().port}/graphql`;
  const rows = [];
  for (const [name, open] of Object.entries(CLIENTS)) {
    const ask = open(`${latchkey}/graphql`);
    const cells = [await ask(REFUSED), await ask(ME)];
    requests = 0;
    cells.push(`${await open(proxy)(ME)}; ${requests} request${requests === 1 ? '' : 's'}`);
    rows.push(`| ${[name, ...cells].join(' | ')} |`);
  }
  busy.close();
  return ['| Client | 400 | 401-like | 503 |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
