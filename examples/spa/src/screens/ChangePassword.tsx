import { useState } from 'react';
import { changePassword } from 'latchkey-client';
import { latchkey } from '../latchkey';
import { useMe, usePolicy } from '../data';
import { invalid, NOT_HERE, tooMany, unknown } from '../results';
import type { Policy, Problems } from '../types';
import { PasswordField } from '../ui/fields';
import { Form, type Values } from '../ui/Form';
import { Notice, Page } from '../ui/Page';
import { when } from '../words';

async function change({ currentPassword = '', newPassword = '' }: Values, policy: Policy | undefined): Promise<Problems | undefined> {
  const result = await changePassword(latchkey, { currentPassword, newPassword });
  switch (result.__typename) {
    case 'PasswordChanged':
      return undefined;
    case 'InvalidCredentials':
      return { fields: { currentPassword: 'Current password: this is not your password.' } };
    case 'InvalidInput':
      return invalid(result, policy);
    case 'TooManyAttempts':
      return tooMany(result);
    case 'ReauthenticationRequired':
      return NOT_HERE;
    default:
      return unknown(result);
  }
}

export function ChangePassword() {
  const policy = usePolicy();
  const [{ data }, again] = useMe();
  const [changed, setChanged] = useState(0);
  const since = data?.me && `Last set on ${when(data.me.passwordChangedAt)}. `;
  return (
    <Page title="Password" lead={`${since ?? ''}A new password signs out your other devices.`}>
      {changed > 0 && <Notice>Your password is changed. Your other devices are signed out.</Notice>}
      <Form
        key={changed}
        submit="Change the password"
        onSubmit={async (values) => {
          const problems = await change(values, policy);
          if (!problems) {
            again({ requestPolicy: 'network-only' });
            setChanged(changed + 1);
          }
          return problems;
        }}
      >
        {/* Password managers see whose password this is. */}
        <input type="hidden" name="username" autoComplete="username" value={data?.me?.email ?? ''} readOnly />
        <PasswordField name="currentPassword" autoComplete="current-password" />
        <PasswordField name="newPassword" autoComplete="new-password" hint={`${policy?.passwordMinLength ?? 8} characters or more.`} />
      </Form>
    </Page>
  );
}
