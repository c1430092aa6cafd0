// The documents and the switches of passkeys. The flows themselves are tested in tests/api and in a browser.
import { exhausted } from '../check.js';
import { graphql } from '../generated/index.js';
import type {
  FinishPasskeyLoginMutation,
  FinishPasskeyRegistrationMutation,
  RemovePasskeyMutation,
  RenamePasskeyMutation,
  StartPasskeyLoginMutation,
  StartPasskeyRegistrationMutation,
} from '../generated/graphql.js';

graphql(`
  mutation StartPasskeyRegistration($input: StartPasskeyRegistrationInput) {
    startPasskeyRegistration(input: $input) {
      __typename
      ... on AccountError { message }
      ... on PasskeyRegistrationStarted { handle }
      ... on PasskeyLimitReached { limit }
    }
  }
`);

graphql(`
  mutation FinishPasskeyRegistration($input: FinishPasskeyRegistrationInput!) {
    finishPasskeyRegistration(input: $input) {
      __typename
      ... on AccountError { message }
      ... on PasskeyRegistered { passkey { name } }
    }
  }
`);

graphql(`
  mutation StartPasskeyLogin {
    startPasskeyLogin {
      __typename
      ... on AccountError { message }
      ... on PasskeyLoginStarted { handle }
    }
  }
`);

graphql(`
  mutation FinishPasskeyLogin($input: FinishPasskeyLoginInput!) {
    finishPasskeyLogin(input: $input) {
      __typename
      ... on AccountError { message }
      ... on Authenticated { tokens { expiresIn } }
      ... on UnknownPasskey { rpId credentialId }
    }
  }
`);

graphql(`
  mutation RenamePasskey($input: RenamePasskeyInput!) {
    renamePasskey(input: $input) {
      __typename
      ... on AccountError { message }
      ... on UserUpdated { user { id } }
    }
  }
`);

graphql(`
  mutation RemovePasskey($input: RemovePasskeyInput!) {
    removePasskey(input: $input) {
      __typename
      ... on AccountError { message }
      ... on UserUpdated { user { id } }
    }
  }
`);

export function shownStartPasskeyRegistration(result: StartPasskeyRegistrationMutation['startPasskeyRegistration']): string {
  switch (result.__typename) {
    case 'PasskeyRegistrationStarted':
      return `the browser makes a passkey for ${result.handle}`;
    case 'PasskeyLimitReached':
      return `${result.limit} passkeys are enough`;
    case 'ReauthenticationRequired':
    case 'ChallengeExpired':
    case 'NotAvailable':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownFinishPasskeyRegistration(result: FinishPasskeyRegistrationMutation['finishPasskeyRegistration']): string {
  switch (result.__typename) {
    case 'PasskeyRegistered':
      return `added: ${result.passkey.name}`;
    case 'PasskeyLimitReached':
    case 'InvalidProof':
    case 'InvalidInput':
    case 'ChallengeExpired':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownStartPasskeyLogin(result: StartPasskeyLoginMutation['startPasskeyLogin']): string {
  switch (result.__typename) {
    case 'PasskeyLoginStarted':
      return `the browser offers passkeys for ${result.handle}`;
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownFinishPasskeyLogin(result: FinishPasskeyLoginMutation['finishPasskeyLogin']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `signed in for ${result.tokens.expiresIn} seconds`;
    case 'UnknownPasskey':
      return `the password manager forgets ${result.credentialId} of ${result.rpId}`;
    case 'InvalidProof':
    case 'ChallengeExpired':
    case 'DeletionPending':
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownRenamePasskey(result: RenamePasskeyMutation['renamePasskey']): string {
  switch (result.__typename) {
    case 'UserUpdated':
      return `up to date: ${result.user.id}`;
    case 'PasskeyNotFound':
    case 'InvalidInput':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownRemovePasskey(result: RemovePasskeyMutation['removePasskey']): string {
  switch (result.__typename) {
    case 'UserUpdated':
      return `up to date: ${result.user.id}`;
    case 'PasskeyNotFound':
    case 'LastSignInMethod':
    case 'ReauthenticationRequired':
      return result.message;
    default:
      return exhausted(result);
  }
}
