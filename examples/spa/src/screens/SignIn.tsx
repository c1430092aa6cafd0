import { useState } from 'react';
import { login } from 'latchkey-client';
import { usePolicy } from '../data';
import { latchkey } from '../latchkey';
import { NOT_HERE, tooMany, unknown } from '../results';
import { go, handed, href, takeNotice } from '../route';
import type { Problems } from '../types';
import { EmailField, PasswordField } from '../ui/fields';
import { Form, type Values } from '../ui/Form';
import { Notice, Page } from '../ui/Page';

async function signIn({ email = '', password = '' }: Values): Promise<Problems | undefined> {
  const result = await login(latchkey, { email, password });
  switch (result.__typename) {
    case 'Authenticated':
      return undefined;
    case 'InvalidCredentials':
      return { form: 'The email address or the password is wrong.' };
    case 'EmailNotVerified':
      handed.email = email;
      handed.notice = 'Verify your email address first. Ask for a new code if you have none.';
      go('verify');
      return undefined;
    case 'TooManyAttempts':
      return tooMany(result);
    case 'MfaRequired':
    case 'MfaSetupRequired':
      return NOT_HERE;
    case 'DeletionPending':
      return { form: 'This account is about to be deleted.' };
    default:
      return unknown(result);
  }
}

export function SignIn() {
  const policy = usePolicy();
  const [notice] = useState(takeNotice);
  return (
    <Page title="Sign in">
      {notice && <Notice>{notice}</Notice>}
      <Form submit="Sign in" onSubmit={signIn}>
        <EmailField {...(handed.email && { defaultValue: handed.email })} />
        <PasswordField name="password" autoComplete="current-password" />
      </Form>
      <p className="links">
        <a href={href('forgot')}>Forgot your password?</a>
        {policy?.signup !== 'CLOSED' && (
          <span>
            New here? <a href={href('sign-up')}>Create an account</a>
          </span>
        )}
      </p>
    </Page>
  );
}
