#!/usr/bin/env bash
# Package: @apollo/client 4.3.8 (npm), with graphql 16.15.0 and rxjs 7.8.2
#
# Behaviour: without `possibleTypes`, InMemoryCache does not match a fragment on an interface. A response that holds
# the field is cached without it, and `client.query` resolves with data that lacks the field. No error is reported.
#
# Seen:
#   without possibleTypes: {"login":{"__typename":"InvalidCredentials"}}
#   with possibleTypes:    {"login":{"__typename":"InvalidCredentials","message":"Wrong password."}}
#
# Why it matters: an API whose results are unions with a common error interface invites one selection for all error
# members. Without generated `possibleTypes` a form shows an empty message, although the server sent one.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf '{ "private": true, "type": "module" }\n' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @apollo/client@4.3.8 graphql@16.15.0 rxjs@7.8.2

cat >query.mjs <<'JS'
import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client/core';
import { of } from 'rxjs';

const response = { data: { login: { __typename: 'InvalidCredentials', message: 'Wrong password.' } } };
const query = gql`{ login { __typename ... on Problem { message } } }`;

for (const [label, options] of [
  ['without possibleTypes:', {}],
  ['with possibleTypes:   ', { possibleTypes: { Problem: ['InvalidCredentials'] } }],
]) {
  const client = new ApolloClient({ cache: new InMemoryCache(options), link: new ApolloLink(() => of(response)) });
  const { data } = await client.query({ query });
  console.log(label, JSON.stringify(data));
}
JS

cat >expected <<'TEXT'
without possibleTypes: {"login":{"__typename":"InvalidCredentials"}}
with possibleTypes:    {"login":{"__typename":"InvalidCredentials","message":"Wrong password."}}
TEXT
node query.mjs 2>warnings | tee seen
diff expected seen
