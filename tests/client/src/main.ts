// latchkey's users, for real: what a front end does with the public contract, in the order in which people do it.
// Each group makes its own accounts, so that one that fails does not take the others along.
import { checkPassword } from './acts/check-password.js';
import { emailVerification } from './acts/email.js';
import { login } from './acts/login.js';
import { passwords } from './acts/password.js';
import { policy } from './acts/policy.js';
import { profile } from './acts/profile.js';
import { refresh } from './acts/refresh.js';
import { results } from './acts/results.js';
import { sessionsAndLogout } from './acts/sessions.js';
import { signup } from './acts/signup.js';
import { check, close } from './check.js';

const groups = [
  policy,
  checkPassword,
  signup,
  login,
  refresh,
  profile,
  sessionsAndLogout,
  emailVerification,
  passwords,
  results,
];

for (const group of groups) {
  try {
    await group();
  } catch (fault) {
    await check(`${group.name}: could not begin`, () => {
      throw fault;
    });
  }
}

close();
