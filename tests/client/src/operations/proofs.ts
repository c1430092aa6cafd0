// The documents and the switches of logins by code and recent proofs. The flows themselves are tested in tests/api.
import { exhausted } from '../check.js';
import { graphql } from '../generated/index.js';
import type {
  StartLoginMutation,
  LoginWithCodeMutation,
  ReauthenticateMutation,
  SendReauthenticationCodeMutation,
} from '../generated/graphql.js';

graphql(`
  mutation StartLogin($input: StartLoginInput!) {
    startLogin(input: $input) {
      __typename
      ... on AccountError { message }
      ... on LoginCodeSent { email }
    }
  }
`);

graphql(`
  mutation LoginWithCode($input: LoginWithCodeInput!) {
    loginWithCode(input: $input) {
      __typename
      ... on MfaRequired { expiresInSeconds }
      ... on MfaSetupRequired { expiresInSeconds }
      ... on AccountError { message }
      ... on Authenticated { tokens { expiresIn } }
    }
  }
`);

graphql(`
  mutation Reauthenticate($input: ReauthenticateInput!) {
    reauthenticate(input: $input) {
      __typename
      ... on AccountError { message }
    }
  }
`);

graphql(`
  mutation SendReauthenticationCode($input: SendReauthenticationCodeInput) {
    sendReauthenticationCode(input: $input) {
      __typename
      ... on AccountError { message }
      ... on CodeSent { email }
    }
  }
`);

export function shownStartLogin(result: StartLoginMutation['startLogin']): string {
  switch (result.__typename) {
    case 'LoginCodeSent':
      return `look for a code at ${result.email}`;
    case 'InvalidInput':
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownLoginWithCode(result: LoginWithCodeMutation['loginWithCode']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `signed in for ${result.tokens.expiresIn} seconds`;
    case 'MfaRequired':
      return `the code of the app within ${result.expiresInSeconds} seconds`;
    case 'MfaSetupRequired':
      return `set up the app within ${result.expiresInSeconds} seconds`;
    case 'InvalidCode':
    case 'DeletionPending':
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownReauthenticate(result: ReauthenticateMutation['reauthenticate']): string {
  switch (result.__typename) {
    case 'Reauthenticated':
      return 'go on';
    case 'InvalidProof':
    case 'ChallengeExpired':
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownSendReauthenticationCode(result: SendReauthenticationCodeMutation['sendReauthenticationCode']): string {
  switch (result.__typename) {
    case 'CodeSent':
      return `look for a code at ${result.email}`;
    case 'ChallengeExpired':
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}
