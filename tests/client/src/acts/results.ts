import assert from 'node:assert/strict';
import { buildSchema, isUnionType } from 'graphql';
import { check, Unhandled } from '../check.js';
import { url } from '../settings.js';
import { shown as shownCheckPassword } from './check-password.js';
import { shownSent, shownVerified } from './email.js';
import { shown as shownLogin } from './login.js';
import { shownChanged, shownForgot, shownReset } from './password.js';
import { shownNumber, shownProfile } from './profile.js';
import { shown as shownRefresh } from './refresh.js';
import { shownLogout, shownOthersEnded, shownRevoked } from './sessions.js';
import { shown as shownSignup } from './signup.js';

/** The switch over each result union. */
const switches: Record<string, (result: never) => string> = {
  ChangePasswordResult: shownChanged,
  CheckPasswordResult: shownCheckPassword,
  ForgotPasswordResult: shownForgot,
  LoginResult: shownLogin,
  LogoutResult: shownLogout,
  RefreshResult: shownRefresh,
  ResetPasswordResult: shownReset,
  RevokeOtherSessionsResult: shownOthersEnded,
  RevokeSessionResult: shownRevoked,
  SendVerificationCodeResult: shownSent,
  SignupResult: shownSignup,
  UpdateMobileNumberResult: shownNumber,
  UpdateProfileResult: shownProfile,
  VerifyEmailResult: shownVerified,
};

/** Whether a switch has a case for a member. It is given the name alone, and may well miss the fields. */
function handles(name: string, member: string): boolean {
  try {
    switches[name]?.({ __typename: member } as never);
    return true;
  } catch (fault) {
    return !(fault instanceof Unhandled);
  }
}

/** The compiler sees to a member that is left out of a switch; this, to a union that is left out of the program. */
export async function results(): Promise<void> {
  const response = await fetch(new URL('/schema.graphql', url));
  const types = Object.values(buildSchema(await response.text()).getTypeMap());
  const unions = types.filter(isUnionType).filter(({ name }) => name.endsWith('Result'));

  await check('results: every union has its switch, and no switch is for another', () => {
    assert.deepEqual(Object.keys(switches).sort(), unions.map(({ name }) => name).sort());
  });

  await check('results: every switch knows the members of its union, and ends in the never of a stranger', () => {
    const members = [...new Set(unions.flatMap((union) => union.getTypes().map(({ name }) => name)))];
    for (const union of unions) {
      const known = [...members, 'Stranger'].filter((member) => handles(union.name, member));
      assert.deepEqual(known.sort(), union.getTypes().map(({ name }) => name).sort(), union.name);
    }
  });
}
