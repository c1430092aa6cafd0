import { signup } from 'latchkey-client';
import type { Gender } from 'latchkey-client';
import { latchkey } from '../latchkey';
import { invalid, NOT_HERE, tooMany, unknown } from '../results';
import { go, handed, href } from '../route';
import type { Policy, Problems } from '../types';
import { usePolicy } from '../data';
import { EmailField, Field, GenderField, PasswordField } from '../ui/fields';
import { Form, type Values } from '../ui/Form';
import { Page } from '../ui/Page';

async function signUp(values: Values, policy: Policy | undefined): Promise<Problems | undefined> {
  const { email = '', password = '', firstName = '', lastName = '', gender, mobileNumber } = values;
  const result = await signup(latchkey, {
    email,
    password,
    firstName,
    lastName,
    gender: gender as Gender,
    ...(mobileNumber && { mobileNumber }),
  });
  switch (result.__typename) {
    case 'Authenticated':
      return undefined;
    case 'SignupAccepted':
      Object.assign(handed, { email: result.email, ticket: result.ticket, notice: 'We have sent a code to your email address.' });
      go('verify');
      return undefined;
    case 'InvalidInput':
      return invalid(result, policy);
    case 'EmailTaken':
      return { fields: { email: 'Email address: this one has an account already. Sign in instead.' } };
    case 'MobileNumberTaken':
      return { fields: { mobileNumber: 'Mobile number: this one belongs to another account.' } };
    case 'TooManyAttempts':
      return tooMany(result);
    case 'NotAvailable':
      return { form: 'This server does not accept new accounts.' };
    case 'MfaSetupRequired':
      return NOT_HERE;
    default:
      return unknown(result);
  }
}

export function SignUp() {
  const policy = usePolicy();
  return (
    <Page title="Create an account">
      <Form submit="Create account" onSubmit={(values) => signUp(values, policy)}>
        <EmailField />
        <PasswordField name="password" autoComplete="new-password" hint={`${policy?.passwordMinLength ?? 8} characters or more. A few unrelated words are easy to remember.`} />
        <div className="pair">
          <Field name="firstName" autoComplete="given-name" />
          <Field name="lastName" autoComplete="family-name" />
        </div>
        <div className="pair">
          <GenderField />
          <Field name="mobileNumber" type="tel" autoComplete="tel" placeholder="+49 151 12345678" />
        </div>
      </Form>
      <p className="links">
        <span>
          Have an account? <a href={href('sign-in')}>Sign in</a>
        </span>
      </p>
    </Page>
  );
}
