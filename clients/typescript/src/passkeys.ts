// The answers of `navigator.credentials` as the server takes them: the members that the schema names, and no other.
import type { PasskeyAssertionInput, PasskeyRegistrationInput } from './generated/types.js';

/** What `navigator.credentials.create` and `get` return for a passkey. */
export type PasskeyCredential = { toJSON(): unknown };

type Answer = {
  id: string;
  rawId: string;
  type: string;
  authenticatorAttachment?: string;
  clientExtensionResults?: { credProps?: { rk?: boolean } };
  response: Record<string, unknown>;
};

const common = (answer: Answer) => ({
  id: answer.id,
  rawId: answer.rawId,
  type: answer.type,
  authenticatorAttachment: answer.authenticatorAttachment,
});

/** Returns the `credential` of `finishPasskeyRegistration`. */
export function passkeyRegistration(credential: PasskeyCredential): PasskeyRegistrationInput {
  const answer = credential.toJSON() as Answer;
  const { clientDataJSON, attestationObject, transports } = answer.response as PasskeyRegistrationInput['response'];
  const rk = answer.clientExtensionResults?.credProps?.rk;
  return {
    ...common(answer),
    clientExtensionResults: { credProps: { rk } },
    response: { clientDataJSON, attestationObject, transports },
  };
}

/** Returns the `credential` of `finishPasskeyLogin`, and that of the proof `passkey`. */
export function passkeyAssertion(credential: PasskeyCredential): PasskeyAssertionInput {
  const answer = credential.toJSON() as Answer;
  const { clientDataJSON, authenticatorData, signature, userHandle } = answer.response as PasskeyAssertionInput['response'];
  return { ...common(answer), response: { clientDataJSON, authenticatorData, signature, userHandle } };
}
