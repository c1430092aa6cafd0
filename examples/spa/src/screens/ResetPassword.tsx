import { useState } from 'react';
import { resetPassword } from 'latchkey-client';
import { latchkey } from '../latchkey';
import { usePolicy } from '../data';
import { invalid, tooMany, unknown } from '../results';
import { go, handed, href, takeNotice } from '../route';
import type { Policy, Problems } from '../types';
import { CodeField, EmailField, PasswordField } from '../ui/fields';
import { Form, type Values } from '../ui/Form';
import { Notice, Page } from '../ui/Page';

async function reset({ email = '', code = '', newPassword = '' }: Values, policy: Policy | undefined): Promise<Problems | undefined> {
  const result = await resetPassword(latchkey, { email, code, newPassword });
  switch (result.__typename) {
    case 'PasswordReset':
      handed.email = result.email;
      handed.notice = 'Your new password is set. Sign in with it.';
      go('sign-in');
      return undefined;
    case 'InvalidCode':
      return { fields: { code: 'Code: it is wrong or no longer valid. Ask for a new one if you need to.' } };
    case 'InvalidInput':
      return invalid(result, policy);
    case 'TooManyAttempts':
      return tooMany(result);
    default:
      return unknown(result);
  }
}

export function ResetPassword() {
  const policy = usePolicy();
  const [notice] = useState(takeNotice);
  return (
    <Page title="Set a new password">
      {notice && <Notice>{notice}</Notice>}
      <Form submit="Set the password" onSubmit={(values) => reset(values, policy)}>
        <EmailField {...(handed.email && { defaultValue: handed.email })} />
        <CodeField length={policy?.codeLength ?? 6} />
        <PasswordField name="newPassword" autoComplete="new-password" hint={`${policy?.passwordMinLength ?? 8} characters or more.`} />
      </Form>
      <p className="links">
        <a href={href('forgot')}>Send another code</a>
        <a href={href('sign-in')}>Back to sign in</a>
      </p>
    </Page>
  );
}
