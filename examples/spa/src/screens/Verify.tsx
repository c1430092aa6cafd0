import { useState } from 'react';
import { sendVerificationCode, verifyEmail } from 'latchkey-client';
import { latchkey } from '../latchkey';
import { usePolicy } from '../data';
import { invalid, NOT_HERE, tooMany, unknown } from '../results';
import { go, handed, takeNotice } from '../route';
import type { Policy, Problems } from '../types';
import { CodeField, EmailField } from '../ui/fields';
import { Form, type Values } from '../ui/Form';
import { Notice, Page } from '../ui/Page';

async function verify({ email = '', code = '' }: Values, policy: Policy | undefined): Promise<Problems | undefined> {
  const { ticket } = handed;
  const result = await verifyEmail(latchkey, { email, code, ...(ticket && email === handed.email && { ticket }) });
  switch (result.__typename) {
    case 'Authenticated':
      delete handed.ticket;
      go('profile');
      return undefined;
    case 'EmailVerified':
      handed.notice = 'Your email address is verified.';
      go(latchkey.account ? 'profile' : 'sign-in');
      return undefined;
    case 'InvalidCode':
      return { fields: { code: 'Code: it is wrong or no longer valid. Ask for a new one if you need to.' } };
    case 'InvalidInput':
      return invalid(result, policy);
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

async function resend({ email = '' }: Values, policy: Policy | undefined): Promise<Problems | undefined> {
  const result = await sendVerificationCode(latchkey, { email });
  switch (result.__typename) {
    case 'CodeSent':
      handed.email = result.email;
      return undefined;
    case 'InvalidInput':
      return invalid(result, policy);
    case 'TooManyAttempts':
      return tooMany(result);
    default:
      return unknown(result);
  }
}

export function Verify() {
  const policy = usePolicy();
  const [notice, setNotice] = useState(takeNotice);
  const [email] = useState(handed.email ?? '');
  return (
    <Page title="Verify your email address">
      {notice && <Notice>{notice}</Notice>}
      <Form submit="Verify" onSubmit={(values) => verify(values, policy)}>
        <EmailField defaultValue={email} />
        <CodeField length={policy?.codeLength ?? 6} />
      </Form>
      <details className="again">
        <summary>No code?</summary>
        <Form
          submit="Send a new code"
          onSubmit={async (values) => {
            const problems = await resend(values, policy);
            if (!problems) setNotice('If the address has an account that is not verified, a new code is on its way.');
            return problems;
          }}
        >
          <EmailField defaultValue={email} />
        </Form>
      </details>
    </Page>
  );
}
