// A front end's use of the public contract, in the order in which people use it. Each group creates its own accounts, so
// that a failure does not affect the others.
import { checkPassword } from './operations/check-password.js';
import { emailVerification } from './operations/email.js';
import { login } from './operations/login.js';
import { passwords } from './operations/password.js';
import { policy } from './operations/policy.js';
import { profile } from './operations/profile.js';
import { refresh } from './operations/refresh.js';
import { results } from './operations/results.js';
import { sessionsAndLogout } from './operations/sessions.js';
import { signup } from './operations/signup.js';
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
  } catch (error) {
    await check(`${group.name}: could not start`, () => {
      throw error;
    });
  }
}

close();
