// The documents and the switches of changes of the email address. The flows themselves are tested in tests/api.
import { exhausted } from '../check.js';
import { graphql } from '../generated/index.js';
import type {
  RequestEmailChangeMutation,
  ConfirmEmailChangeMutation,
  UndoEmailChangeMutation,
} from '../generated/graphql.js';

graphql(`
  mutation RequestEmailChange($input: RequestEmailChangeInput!) {
    requestEmailChange(input: $input) {
      __typename
      ... on AccountError { message }
      ... on CodeSent { email }
    }
  }
`);

graphql(`
  mutation ConfirmEmailChange($input: ConfirmEmailChangeInput!) {
    confirmEmailChange(input: $input) {
      __typename
      ... on AccountError { message }
      ... on EmailChanged { user { email } }
    }
  }
`);

graphql(`
  mutation UndoEmailChange($input: UndoEmailChangeInput!) {
    undoEmailChange(input: $input) {
      __typename
      ... on AccountError { message }
      ... on EmailChangeUndone { email }
    }
  }
`);

export function shownRequestEmailChange(result: RequestEmailChangeMutation['requestEmailChange']): string {
  switch (result.__typename) {
    case 'CodeSent':
      return `look for a code at ${result.email}`;
    case 'InvalidCredentials':
    case 'InvalidInput':
    case 'ReauthenticationRequired':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownConfirmEmailChange(result: ConfirmEmailChangeMutation['confirmEmailChange']): string {
  switch (result.__typename) {
    case 'EmailChanged':
      return `your address is ${result.user.email}`;
    case 'InvalidCode':
    case 'EmailTaken':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownUndoEmailChange(result: UndoEmailChangeMutation['undoEmailChange']): string {
  switch (result.__typename) {
    case 'EmailChangeUndone':
      return `your address is ${result.email} again`;
    case 'InvalidCode':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}
