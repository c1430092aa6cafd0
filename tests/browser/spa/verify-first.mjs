import { check, fill, heading, inspect, PASSWORD, setUp, signUp } from './check.mjs';

const EMAIL = 'joan@example.org';

export async function verifyFirst(browser) {
  const { latchkey, open, visit, end } = await setUp(browser, { LATCHKEY_VERIFY_EMAIL_FIRST: 'true' });
  const tab = await visit(await open(), 'sign-up');

  await check('a sign-up under the verify-first policy is completed by the code', async () => {
    await signUp(tab, EMAIL);
    await heading(tab, 'Verify your email address');
    await tab.getByText('We have sent a code to your email address.').waitFor();
    await inspect(tab, 'verify-first');
    await fill(tab, { Code: await latchkey.code(EMAIL) });
    await tab.getByRole('button', { name: 'Verify', exact: true }).click();
    await heading(tab, 'Profile');
  });

  await check('it works with a new page, and the password of the sign-up', async () => {
    await tab.getByRole('button', { name: 'Sign out', exact: true }).click();
    await fill(tab, { 'Email address': EMAIL, Password: PASSWORD });
    await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
    await heading(tab, 'Profile');
  });
  await end();
}
