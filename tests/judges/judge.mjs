// Judges the passkeys of a file by @simplewebauthn/server: prints, for each case, whether it takes the registration and the use.
import { readFileSync } from 'node:fs';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';

const { rpId, origin, cases } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const common = { expectedOrigin: origin, expectedRPID: rpId, requireUserVerification: true };
const accepted = (verifying) => verifying.then((answer) => answer.verified && answer, () => false);
const answers = {};
for (const { name, registration, assertion } of cases) {
  const { challenge: expectedChallenge, credential: response } = registration;
  const registered = await accepted(verifyRegistrationResponse({ response, expectedChallenge, ...common, supportedAlgorithmIDs: [-8, -7, -257] }));
  const { credential } = registered ? registered.registrationInfo : {};
  const used = credential && (await accepted(verifyAuthenticationResponse({ response: assertion.credential, expectedChallenge: assertion.challenge, credential, ...common })));
  answers[name] = { registration: Boolean(registered), assertion: Boolean(used) };
}
console.log(JSON.stringify(answers));
