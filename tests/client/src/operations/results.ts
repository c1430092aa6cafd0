import assert from 'node:assert/strict';
import { buildSchema, isUnionType } from 'graphql';
import { check, Unhandled } from '../check.js';
import { url } from '../settings.js';
import { shown as shownCheckPassword } from './check-password.js';
import { shownSent, shownVerified } from './email.js';
import { shownConfirmEmailChange, shownRequestEmailChange, shownUndoEmailChange } from './email-change.js';
import { shownCancelAccountDeletion, shownExportMyData, shownRequestAccountDeletion } from './leaving.js';
import { shown as shownLogin } from './login.js';
import { shownChanged, shownForgot, shownReset } from './password.js';
import {
  shownFinishPasskeyLogin,
  shownFinishPasskeyRegistration,
  shownRemovePasskey,
  shownRenamePasskey,
  shownStartPasskeyLogin,
  shownStartPasskeyRegistration,
} from './passkeys.js';
import { shownNumber, shownProfile } from './profile.js';
import {
  shownLoginWithCode,
  shownReauthenticate,
  shownSendReauthenticationCode,
  shownStartLogin,
} from './proofs.js';
import {
  shownFinishProviderSignIn,
  shownLinkIdentity,
  shownStartProviderSignIn,
  shownUnlinkIdentity,
} from './providers.js';
import { shown as shownRefresh } from './refresh.js';
import {
  shownCompleteLogin,
  shownConfirmTotp,
  shownDisableTotp,
  shownRegenerateRecoveryCodes,
  shownRevokeTrustedBrowser,
  shownStartTotp,
} from './second-factor.js';
import { shownLogout, shownOthersEnded, shownRevoked } from './sessions.js';
import { shown as shownSignup } from './signup.js';

/** The switch for each result union. */
const switches: Record<string, (result: never) => string> = {
  CancelAccountDeletionResult: shownCancelAccountDeletion,
  ChangePasswordResult: shownChanged,
  CheckPasswordResult: shownCheckPassword,
  CompleteLoginResult: shownCompleteLogin,
  ConfirmEmailChangeResult: shownConfirmEmailChange,
  ConfirmTotpResult: shownConfirmTotp,
  DisableTotpResult: shownDisableTotp,
  FinishPasskeyLoginResult: shownFinishPasskeyLogin,
  FinishPasskeyRegistrationResult: shownFinishPasskeyRegistration,
  ExportMyDataResult: shownExportMyData,
  FinishProviderSignInResult: shownFinishProviderSignIn,
  ForgotPasswordResult: shownForgot,
  LinkIdentityResult: shownLinkIdentity,
  LoginResult: shownLogin,
  LoginWithCodeResult: shownLoginWithCode,
  LogoutResult: shownLogout,
  ReauthenticateResult: shownReauthenticate,
  RefreshResult: shownRefresh,
  RegenerateRecoveryCodesResult: shownRegenerateRecoveryCodes,
  RemovePasskeyResult: shownRemovePasskey,
  RenamePasskeyResult: shownRenamePasskey,
  RequestAccountDeletionResult: shownRequestAccountDeletion,
  RequestEmailChangeResult: shownRequestEmailChange,
  ResetPasswordResult: shownReset,
  RevokeOtherSessionsResult: shownOthersEnded,
  RevokeSessionResult: shownRevoked,
  RevokeTrustedBrowserResult: shownRevokeTrustedBrowser,
  SendReauthenticationCodeResult: shownSendReauthenticationCode,
  SendVerificationCodeResult: shownSent,
  SignupResult: shownSignup,
  StartLoginResult: shownStartLogin,
  StartPasskeyLoginResult: shownStartPasskeyLogin,
  StartPasskeyRegistrationResult: shownStartPasskeyRegistration,
  StartProviderSignInResult: shownStartProviderSignIn,
  StartTotpResult: shownStartTotp,
  UndoEmailChangeResult: shownUndoEmailChange,
  UnlinkIdentityResult: shownUnlinkIdentity,
  UpdateMobileNumberResult: shownNumber,
  UpdateProfileResult: shownProfile,
  VerifyEmailResult: shownVerified,
};

/** Returns whether a switch has a case for a member. The value has only a name, so the case may fail on missing fields. */
function handles(name: string, member: string): boolean {
  try {
    switches[name]?.({ __typename: member } as never);
    return true;
  } catch (error) {
    return !(error instanceof Unhandled);
  }
}

/** The compiler reports a member that a switch omits; these checks report a union that the client omits. */
export async function results(): Promise<void> {
  const response = await fetch(new URL('/schema.graphql', url));
  const types = Object.values(buildSchema(await response.text()).getTypeMap());
  const unions = types.filter(isUnionType).filter(({ name }) => name.endsWith('Result'));

  await check('results: each union has one switch', () => {
    assert.deepEqual(Object.keys(switches).sort(), unions.map(({ name }) => name).sort());
  });

  await check('results: each switch handles the members of its union and rejects others', () => {
    const members = [...new Set(unions.flatMap((union) => union.getTypes().map(({ name }) => name)))];
    for (const union of unions) {
      const known = [...members, 'Stranger'].filter((member) => handles(union.name, member));
      assert.deepEqual(known.sort(), union.getTypes().map(({ name }) => name).sort(), union.name);
    }
  });
}
