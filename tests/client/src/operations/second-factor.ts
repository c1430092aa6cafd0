// The documents and the switches of second factors. The flows themselves are tested in tests/api.
import { exhausted } from '../check.js';
import { graphql } from '../generated/index.js';
import type {
  CompleteLoginMutation,
  StartTotpMutation,
  ConfirmTotpMutation,
  DisableTotpMutation,
  RegenerateRecoveryCodesMutation,
  RevokeTrustedBrowserMutation,
} from '../generated/graphql.js';

graphql(`
  mutation CompleteLogin($input: CompleteLoginInput!) {
    completeLogin(input: $input) {
      __typename
      ... on AccountError { message }
      ... on Authenticated { tokens { expiresIn } }
    }
  }
`);

graphql(`
  mutation StartTotp($input: StartTotpInput) {
    startTotp(input: $input) {
      __typename
      ... on AccountError { message }
      ... on TotpStarted { secret }
    }
  }
`);

graphql(`
  mutation ConfirmTotp($input: ConfirmTotpInput!) {
    confirmTotp(input: $input) {
      __typename
      ... on AccountError { message }
      ... on RecoveryCodes { codes }
    }
  }
`);

graphql(`
  mutation DisableTotp {
    disableTotp {
      __typename
      ... on AccountError { message }
    }
  }
`);

graphql(`
  mutation RegenerateRecoveryCodes {
    regenerateRecoveryCodes {
      __typename
      ... on AccountError { message }
      ... on RecoveryCodes { codes }
    }
  }
`);

graphql(`
  mutation RevokeTrustedBrowser($input: RevokeTrustedBrowserInput!) {
    revokeTrustedBrowser(input: $input) {
      __typename
      ... on AccountError { message }
      ... on UserUpdated { user { id } }
    }
  }
`);

export function shownCompleteLogin(result: CompleteLoginMutation['completeLogin']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `signed in for ${result.tokens.expiresIn} seconds`;
    case 'InvalidProof':
    case 'ChallengeExpired':
    case 'DeletionPending':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownStartTotp(result: StartTotpMutation['startTotp']): string {
  switch (result.__typename) {
    case 'TotpStarted':
      return `type ${result.secret} into the app`;
    case 'ReauthenticationRequired':
    case 'ChallengeExpired':
    case 'NotAvailable':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownConfirmTotp(result: ConfirmTotpMutation['confirmTotp']): string {
  switch (result.__typename) {
    case 'RecoveryCodes':
      return `keep these: ${result.codes.join(' ')}`;
    case 'InvalidProof':
    case 'ChallengeExpired':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownDisableTotp(result: DisableTotpMutation['disableTotp']): string {
  switch (result.__typename) {
    case 'TotpDisabled':
      return 'signing in takes the password only';
    case 'ReauthenticationRequired':
    case 'NotAvailable':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownRegenerateRecoveryCodes(result: RegenerateRecoveryCodesMutation['regenerateRecoveryCodes']): string {
  switch (result.__typename) {
    case 'RecoveryCodes':
      return `keep these: ${result.codes.join(' ')}`;
    case 'ReauthenticationRequired':
    case 'NotAvailable':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownRevokeTrustedBrowser(result: RevokeTrustedBrowserMutation['revokeTrustedBrowser']): string {
  switch (result.__typename) {
    case 'UserUpdated':
      return `up to date: ${result.user.id}`;
    case 'TrustedBrowserNotFound':
      return result.message;
    default:
      return exhausted(result);
  }
}
