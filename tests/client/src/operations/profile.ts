import assert from 'node:assert/strict';
import { check, exhausted, member } from '../check.js';
import { graphql } from '../generated/index.js';
import type { UpdateMobileNumberMutation, UpdateProfileMutation } from '../generated/graphql.js';
import { freshMobileNumber, newcomer, type Person } from '../people.js';
import { ask, errorCode } from '../server.js';
import { shownFields, shownWait } from '../words.js';
import { me } from './login.js';

const UpdateProfile = graphql(`
  mutation UpdateProfile($input: UpdateProfileInput!) {
    updateProfile(input: $input) {
      __typename
      ... on AccountError { message }
      ... on UserUpdated { user { firstName lastName gender } }
      ... on InvalidInput { fields { path code message } }
    }
  }
`);

/** A document that names each variable: an omitted one must not count as null. */
const UpdateNames = graphql(`
  mutation UpdateNames($firstName: String, $lastName: String, $gender: Gender) {
    updateProfile(input: { firstName: $firstName, lastName: $lastName, gender: $gender }) {
      __typename
      ... on AccountError { message }
      ... on UserUpdated { user { firstName lastName gender } }
      ... on InvalidInput { fields { path code message } }
    }
  }
`);

const UpdateMobileNumber = graphql(`
  mutation UpdateMobileNumber($input: UpdateMobileNumberInput!) {
    updateMobileNumber(input: $input) {
      __typename
      ... on AccountError { message }
      ... on UserUpdated { user { mobileNumber } }
      ... on InvalidInput { fields { path code message } }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }
`);

/** Describes what the profile form shows next. */
export function shownProfile(result: UpdateProfileMutation['updateProfile']): string {
  switch (result.__typename) {
    case 'UserUpdated':
      return `${result.user.firstName} ${result.user.lastName}, ${result.user.gender}`;
    case 'InvalidInput':
      return shownFields(result.fields);
    default:
      return exhausted(result);
  }
}

/** Describes what the form for the number shows next. */
export function shownNumber(result: UpdateMobileNumberMutation['updateMobileNumber']): string {
  switch (result.__typename) {
    case 'UserUpdated':
      return result.user.mobileNumber ?? 'no number';
    case 'InvalidInput':
      return shownFields(result.fields);
    case 'MobileNumberTaken':
    case 'ReauthenticationRequired':
      return result.message;
    case 'TooManyAttempts':
      return shownWait(result);
    default:
      return exhausted(result);
  }
}

async function setNumber({ accessToken }: Person, mobileNumber: string | null) {
  const answer = await ask(UpdateMobileNumber, { input: { mobileNumber } }, { bearer: accessToken });
  return answer.updateMobileNumber;
}

export async function profile(): Promise<void> {
  const ada = await newcomer('ada');
  const bearer = ada.accessToken;

  await check('updateProfile: keeps an omitted field', async () => {
    const { updateProfile } = await ask(UpdateProfile, { input: { firstName: 'Augusta' } }, { bearer });
    assert.equal(shownProfile(updateProfile), 'Augusta Lovelace, FEMALE');
  });

  await check('updateProfile: keeps a field whose variable is omitted', async () => {
    const { updateProfile } = await ask(UpdateNames, { lastName: 'King' }, { bearer });
    assert.equal(shownProfile(updateProfile), 'Augusta King, FEMALE');
  });

  await check('updateProfile: rejects every wrong field and changes nothing', async () => {
    const input = { firstName: 'A\u0000', lastName: 'K'.repeat(101), gender: 'OTHER' } as const;
    const { updateProfile } = await ask(UpdateProfile, { input }, { bearer });
    const paths = member(updateProfile, 'InvalidInput').fields.map(({ path }) => path.join('.'));
    assert.deepEqual(paths.sort(), ['input.firstName', 'input.lastName']);
    const user = await me(ada);
    assert.deepEqual([user.firstName, user.lastName, user.gender], ['Augusta', 'King', 'FEMALE']);
  });

  await check('updateProfile: requires a signed-in caller', async () => {
    assert.equal(await errorCode(UpdateProfile, { input: { firstName: 'Eve' } }), 'UNAUTHENTICATED');
  });

  const number = freshMobileNumber();

  await check('updateMobileNumber: stores any spelling as E.164', async () => {
    const written = `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}`;
    assert.equal(shownNumber(await setNumber(ada, written)), number);
    assert.equal((await me(ada)).mobileNumber, number);
  });

  await check('updateMobileNumber: another account cannot have it until it is removed', async () => {
    const ben = await newcomer('ben');
    const taken = await setNumber(ben, number);
    assert.equal(shownNumber(taken), member(taken, 'MobileNumberTaken').message);
    assert.equal(shownNumber(await setNumber(ada, null)), 'no number');
    assert.equal(shownNumber(await setNumber(ben, number)), number);
  });

  await check('updateMobileNumber: rejects an invalid number', async () => {
    assert.equal(shownNumber(await setNumber(ada, 'call me')), 'input.mobileNumber MALFORMED');
    assert.equal((await me(ada)).mobileNumber, null);
  });
}
