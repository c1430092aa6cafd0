import { useState } from 'react';
import { sendVerificationCode, updateMobileNumber, updateProfile, type Gender } from 'latchkey-client';
import { failure, latchkey } from '../latchkey';
import { useMe } from '../data';
import { invalid, NOT_HERE, tooMany, unknown } from '../results';
import { go, handed, takeNotice } from '../route';
import type { Problems, User } from '../types';
import { Field, GenderField } from '../ui/fields';
import { Form, type Values } from '../ui/Form';
import { Notice, Page } from '../ui/Page';
import { wait } from '../words';

async function saveProfile({ firstName = '', lastName = '', gender }: Values): Promise<Problems | undefined> {
  const result = await updateProfile(latchkey, { firstName, lastName, gender: gender as Gender });
  switch (result.__typename) {
    case 'UserUpdated':
      return undefined;
    case 'InvalidInput':
      return invalid(result, undefined);
    default:
      return unknown(result);
  }
}

async function saveMobileNumber(mobileNumber: string | null): Promise<Problems | undefined> {
  const result = await updateMobileNumber(latchkey, { mobileNumber });
  switch (result.__typename) {
    case 'UserUpdated':
      return undefined;
    case 'InvalidInput':
      return invalid(result, undefined);
    case 'MobileNumberTaken':
      return { fields: { mobileNumber: 'Mobile number: this one belongs to another account.' } };
    case 'TooManyAttempts':
      return tooMany(result);
    case 'ReauthenticationRequired':
      return NOT_HERE;
    default:
      return unknown(result);
  }
}

/** Sends a code to the address, and opens the screen that takes it. */
async function verifyAddress(email: string): Promise<void> {
  const result = await sendVerificationCode(latchkey, { email });
  const notice = result.__typename === 'TooManyAttempts' ? wait(result.retryAfterSeconds) : 'We have sent a code to your email address.';
  Object.assign(handed, { email, notice });
  go('verify');
}

/** Saves what was changed: the mobile number only if it is another one. */
async function save(values: Values, user: User): Promise<Problems | undefined> {
  const { mobileNumber = '' } = values;
  const profile = await saveProfile(values);
  const number = mobileNumber === (user.mobileNumber ?? '') ? undefined : await saveMobileNumber(mobileNumber || null);
  if (!profile && !number) return undefined;
  return { ...profile, ...number, fields: { ...profile?.fields, ...number?.fields } };
}

export function Profile() {
  const [{ data, error }, again] = useMe();
  const [notice, setNotice] = useState(takeNotice);
  const user = data?.me;
  return (
    <Page title="Profile" lead={user ? user.email : ' '}>
      {notice && <Notice>{notice}</Notice>}
      {error && <Notice>{failure(error)}</Notice>}
      {user && !user.emailVerified && (
        <p className="notice warn">
          Your email address is not verified yet.{' '}
          <button type="button" className="link" onClick={() => void verifyAddress(user.email).catch((problem: unknown) => setNotice(failure(problem)))}>
            Send me a code
          </button>
        </p>
      )}
      {user && (
        <Form
          submit="Save"
          onSubmit={async (values) => {
            const problems = await save(values, user);
            setNotice(problems ? undefined : 'Your profile is saved.');
            again({ requestPolicy: 'network-only' });
            return problems;
          }}
        >
          <div className="pair">
            <Field name="firstName" autoComplete="given-name" defaultValue={user.firstName} />
            <Field name="lastName" autoComplete="family-name" defaultValue={user.lastName} />
          </div>
          <div className="pair">
            <GenderField defaultValue={user.gender} />
            <Field name="mobileNumber" type="tel" autoComplete="tel" placeholder="+49 151 12345678" defaultValue={user.mobileNumber ?? ''} />
          </div>
        </Form>
      )}
    </Page>
  );
}
