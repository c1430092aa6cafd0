// The documents and the switches of sign-in at providers. The flows themselves are tested in tests/api and tests/browser.
import { exhausted } from '../check.js';
import { graphql } from '../generated/index.js';
import type {
  StartProviderSignInMutation,
  FinishProviderSignInMutation,
  LinkIdentityMutation,
  UnlinkIdentityMutation,
} from '../generated/graphql.js';

graphql(`
  mutation StartProviderSignIn($input: StartProviderSignInInput!) {
    startProviderSignIn(input: $input) {
      __typename
      ... on AccountError { message }
      ... on ProviderSignInStarted { authorizationUrl handle }
    }
  }
`);

graphql(`
  mutation FinishProviderSignIn($input: FinishProviderSignInInput!) {
    finishProviderSignIn(input: $input) {
      __typename
      ... on MfaRequired { expiresInSeconds }
      ... on MfaSetupRequired { expiresInSeconds }
      ... on LinkRequired { email methods }
      ... on ProviderRefused { reason }
      ... on IdentityLinked { identity { provider { name } } }
      ... on AccountError { message }
      ... on Authenticated { tokens { expiresIn } }
    }
  }
`);

graphql(`
  mutation LinkIdentity($input: LinkIdentityInput!) {
    linkIdentity(input: $input) {
      __typename
      ... on MfaRequired { expiresInSeconds }
      ... on MfaSetupRequired { expiresInSeconds }
      ... on AccountError { message }
      ... on Authenticated { tokens { expiresIn } }
    }
  }
`);

graphql(`
  mutation UnlinkIdentity($input: UnlinkIdentityInput!) {
    unlinkIdentity(input: $input) {
      __typename
      ... on AccountError { message }
      ... on UserUpdated { user { identities { email } } }
    }
  }
`);

export function shownStartProviderSignIn(result: StartProviderSignInMutation['startProviderSignIn']): string {
  switch (result.__typename) {
    case 'ProviderSignInStarted':
      return `open ${result.authorizationUrl}`;
    case 'InvalidInput':
    case 'ReauthenticationRequired':
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownFinishProviderSignIn(result: FinishProviderSignInMutation['finishProviderSignIn']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `signed in for ${result.tokens.expiresIn} seconds`;
    case 'IdentityLinked':
      return `linked at ${result.identity.provider.name}`;
    case 'MfaRequired':
      return `the code of the app within ${result.expiresInSeconds} seconds`;
    case 'MfaSetupRequired':
      return `set up the app within ${result.expiresInSeconds} seconds`;
    case 'LinkRequired':
      return `prove ${result.email} by one of ${result.methods.join()}`;
    case 'ProviderRefused':
      return `the provider refused: ${result.reason}`;
    case 'IdentityTaken':
    case 'ChallengeExpired':
    case 'DeletionPending':
    case 'NotAvailable':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownLinkIdentity(result: LinkIdentityMutation['linkIdentity']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `signed in for ${result.tokens.expiresIn} seconds`;
    case 'MfaRequired':
      return `the code of the app within ${result.expiresInSeconds} seconds`;
    case 'MfaSetupRequired':
      return `set up the app within ${result.expiresInSeconds} seconds`;
    case 'InvalidProof':
    case 'ChallengeExpired':
    case 'DeletionPending':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownUnlinkIdentity(result: UnlinkIdentityMutation['unlinkIdentity']): string {
  switch (result.__typename) {
    case 'UserUpdated':
      return `${result.user.identities.length} left`;
    case 'IdentityNotFound':
    case 'LastSignInMethod':
    case 'ReauthenticationRequired':
      return result.message;
    default:
      return exhausted(result);
  }
}
