import { forgotPassword } from 'latchkey-client';
import { latchkey } from '../latchkey';
import { invalid, tooMany, unknown } from '../results';
import { go, handed, href } from '../route';
import type { Problems } from '../types';
import { EmailField } from '../ui/fields';
import { Form, type Values } from '../ui/Form';
import { Page } from '../ui/Page';

async function send({ email = '' }: Values): Promise<Problems | undefined> {
  const result = await forgotPassword(latchkey, { email });
  switch (result.__typename) {
    case 'CodeSent':
      // The same words for every address: they say nothing about who has an account.
      Object.assign(handed, { email: result.email, notice: 'If the address has an account, a code is on its way.' });
      go('reset');
      return undefined;
    case 'InvalidInput':
      return invalid(result, undefined);
    case 'TooManyAttempts':
      return tooMany(result);
    default:
      return unknown(result);
  }
}

export function ForgotPassword() {
  return (
    <Page title="Forgot your password?" lead="Enter your email address. We send you a code with which you set a new password.">
      <Form submit="Send the code" onSubmit={send}>
        <EmailField {...(handed.email && { defaultValue: handed.email })} />
      </Form>
      <p className="links">
        <a href={href('sign-in')}>Back to sign in</a>
      </p>
    </Page>
  );
}
