// The documents and the switches of leaving. The flows themselves are tested in tests/api.
import { exhausted } from '../check.js';
import { graphql } from '../generated/index.js';
import type {
  CancelAccountDeletionMutation,
  ExportMyDataMutation,
  RequestAccountDeletionMutation,
} from '../generated/graphql.js';

graphql(`
  mutation RequestAccountDeletion {
    requestAccountDeletion {
      __typename
      ... on AccountError { message }
      ... on DeletionScheduled { deletesAt }
    }
  }
`);

graphql(`
  mutation CancelAccountDeletion($input: CancelAccountDeletionInput!) {
    cancelAccountDeletion(input: $input) {
      __typename
      ... on AccountError { message }
      ... on Authenticated { tokens { expiresIn } }
    }
  }
`);

graphql(`
  mutation ExportMyData {
    exportMyData {
      __typename
      ... on AccountError { message }
      ... on DataExport { json }
    }
  }
`);

export function shownRequestAccountDeletion(result: RequestAccountDeletionMutation['requestAccountDeletion']): string {
  switch (result.__typename) {
    case 'DeletionScheduled':
      return `the account is deleted at ${result.deletesAt}`;
    case 'ReauthenticationRequired':
    case 'NotAvailable':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownCancelAccountDeletion(result: CancelAccountDeletionMutation['cancelAccountDeletion']): string {
  switch (result.__typename) {
    case 'Authenticated':
      return `signed in for ${result.tokens.expiresIn} seconds`;
    case 'ChallengeExpired':
      return result.message;
    default:
      return exhausted(result);
  }
}

export function shownExportMyData(result: ExportMyDataMutation['exportMyData']): string {
  switch (result.__typename) {
    case 'DataExport':
      return `a file of ${result.json.length} characters`;
    case 'ReauthenticationRequired':
    case 'TooManyAttempts':
      return result.message;
    default:
      return exhausted(result);
  }
}
