import { createClient, login, signup, type LoginInput, type SignupInput } from 'latchkey-client';

const client = createClient({ url: 'https://accounts.example.org/graphql' });

function exhausted(result: never): never {
  // A member of a later release has a message all the same.
  throw new Error((result as { message?: string }).message ?? 'unknown result');
}

export async function shown(input: Omit<SignupInput, 'delivery'>): Promise<string> {
  const result = await signup(client, input);
  switch (result.__typename) {
    case 'Authenticated':
      return result.user.firstName;
    case 'SignupAccepted':
      return result.ticket;
    case 'InvalidInput':
      return result.fields.map(({ path, code }) => `${path.join('.')} ${code}`).join();
    case 'EmailTaken':
      return 'sign in instead';
    case 'MobileNumberTaken':
    case 'NotAvailable':
      return result.message;
    case 'TooManyAttempts':
      return `in ${result.retryAfterSeconds} s`;
    case 'MfaSetupRequired':
      return result.challenge;
    default:
      return exhausted(result);
  }
}

export async function shownLogin(input: Omit<LoginInput, 'delivery'>): Promise<string> {
  const result = await login(client, input);
  switch (result.__typename) {
    case 'Authenticated':
      return result.user.email;
    case 'InvalidCredentials':
    case 'EmailNotVerified':
      return result.message;
    case 'TooManyAttempts':
      return `in ${result.retryAfterSeconds} s`;
    case 'MfaRequired':
      return result.methods.join();
    case 'MfaSetupRequired':
      return result.challenge;
    case 'DeletionPending':
      return result.deletesAt;
    default:
      return exhausted(result);
  }
}
