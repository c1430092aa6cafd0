// The README's walk, with a tab for each step. A browser test compares the two.

const SIGN_UP = `mutation SignUp($input: SignupInput!) {
  signup(input: $input) {
    __typename
    ... on Authenticated {
      user { id email }
      tokens { accessToken refreshToken expiresIn }
    }
    ... on AccountError { message }
    ... on InvalidInput { fields { path code message } }
  }
}`;

const LOG_IN = `mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    __typename
    ... on Authenticated {
      tokens { accessToken refreshToken expiresIn }
    }
    ... on AccountError { message }
  }
}`;

const ME = `query Me {
  me {
    id
    email
    emailVerified
    firstName
    sessions {
      current
      userAgent
      lastUsedAt
    }
  }
}`;

const REFRESH = `mutation Refresh($input: RefreshInput!) {
  refresh(input: $input) {
    __typename
    ... on Authenticated {
      tokens { accessToken refreshToken expiresIn }
    }
    ... on AccountError { message }
  }
}`;

const FORGOT_PASSWORD = `# The response says where the email lies.
mutation ForgotPassword($input: ForgotPasswordInput!) {
  forgotPassword(input: $input) {
    __typename
    ... on CodeSent { email expiresInSeconds }
    ... on AccountError { message }
  }
}`;

const RESET_PASSWORD = `# First, in Variables below:
# the code from the email.
mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    __typename
    ... on PasswordReset { email }
    ... on AccountError { message }
    ... on InvalidInput { fields { path code message } }
  }
}`;

const email = 'ada@example.org';
const password = 'correct horse battery staple';
const newPassword = 'nanoseconds of copper wire';

const step = (query, input) => ({ query, variables: input && JSON.stringify({ input }, null, 2) });

export const WALK = [
  step(SIGN_UP, { email, password, firstName: 'Ada', lastName: 'Lovelace' }),
  step(LOG_IN, { email, password }),
  step(ME),
  step(REFRESH, { refreshToken: '…' }),
  step(FORGOT_PASSWORD, { email }),
  step(RESET_PASSWORD, { email, code: '…', newPassword }),
];
