// One person, screen by screen.
import { check, expect, fill, heading, inspect, PASSWORD, setUp, signIn, signUp } from './check.mjs';

const EMAIL = 'ada@example.org';
const NEW_PASSWORD = 'nanoseconds of copper wire';
const RESET_PASSWORD = 'difference engine of brass';

export async function walk(browser) {
  const { latchkey, open, visit, end } = await setUp(browser);
  const context = await open();
  const tab = await visit(context);
  const complaints = [];
  context.on('weberror', (error) => complaints.push(error.error().stack));
  const button = (name) => tab.getByRole('button', { name, exact: true });
  const link = (name) => tab.getByRole('link', { name, exact: true });

  await check('guests see the sign-in screen, which axe accepts', async () => {
    await heading(tab, 'Sign in');
    await inspect(tab, 'sign-in');
  });

  await check('password managers and phones understand the fields', async () => {
    const attributes = async (label, name) => tab.getByLabel(label, { exact: true }).getAttribute(name);
    expect((await attributes('Email address', 'autocomplete')) === 'username', 'the email is no username');
    expect((await attributes('Password', 'autocomplete')) === 'current-password', 'the password is no current password');
    await link('Create an account').click();
    await heading(tab, 'Create an account');
    expect((await attributes('Password', 'autocomplete')) === 'new-password', 'the password is no new password');
    await inspect(tab, 'sign-up');
  });

  await check('errors have the focus, name their fields and are tied to them', async () => {
    await signUp(tab, 'ada', { Password: 'short', 'First name': '', 'Mobile number': '123' });
    const summary = tab.getByRole('alert');
    await summary.getByText('Check what you entered').waitFor();
    expect(await summary.evaluate((element) => element === document.activeElement), 'the summary has no focus');
    expect((await summary.getByRole('link').count()) === 4, `the summary is ${await summary.innerText()}`);
    const email = tab.getByLabel('Email address', { exact: true });
    expect((await email.getAttribute('aria-invalid')) === 'true', 'the field is not marked');
    const described = await email.evaluate((input) => document.getElementById(input.getAttribute('aria-describedby')).textContent);
    expect(described.startsWith('Email address:'), described);
    await inspect(tab, 'sign-up-errors');
    await summary.getByRole('link').first().click();
    expect(await email.evaluate((element) => element === document.activeElement), 'the link does not lead to the field');
  });

  await check('sign-up works with the keyboard alone', async () => {
    await tab.reload();
    await tab.getByLabel('Email address', { exact: true }).focus();
    for (const keys of [EMAIL, PASSWORD, null, 'Ada', 'Lovelace']) {
      if (keys) await tab.keyboard.type(keys);
      await tab.keyboard.press('Tab');
    }
    await tab.keyboard.press('Tab');
    await tab.keyboard.type('+49 151 12345678');
    await tab.keyboard.press('Enter');
    await heading(tab, 'Profile');
    expect((await tab.getByLabel('Mobile number').inputValue()) === '+4915112345678', 'the mobile number is not the typed one');
    await inspect(tab, 'profile');
  });

  await check('the refresh cookie is HttpOnly, SameSite=Strict and for this host only', async () => {
    const [cookie] = (await context.cookies(latchkey.url)).filter(({ name }) => name === 'latchkey_refresh');
    expect(cookie, 'there is no cookie');
    expect(cookie.httpOnly && cookie.sameSite === 'Strict' && cookie.path === '/' && cookie.domain === '127.0.0.1', JSON.stringify(cookie));
  });

  await check('no token can be read by a script of the page', async () => {
    const readable = await tab.evaluate(async () => {
      const stored = [localStorage, sessionStorage].map((area) => JSON.stringify(area));
      const databases = (await indexedDB.databases()).map(({ name }) => name);
      const globals = Object.getOwnPropertyNames(window).map((name) => {
        try {
          return typeof window[name] === 'string' ? window[name] : '';
        } catch {
          return '';
        }
      });
      return [document.cookie, ...stored, ...databases, ...globals, document.documentElement.outerHTML].join('\n');
    });
    expect(!/lkr_|eyJ[\w-]{10}/.test(readable), 'a token is readable');
  });

  await check('a reload keeps the session', async () => {
    await tab.reload();
    await heading(tab, 'Profile');
  });

  await check('the profile is saved and shown', async () => {
    await fill(tab, { 'First name': 'Augusta Ada', 'Mobile number': '' });
    await tab.getByLabel('Gender').selectOption('FEMALE');
    await button('Save').click();
    await tab.getByText('Your profile is saved.').waitFor();
    await tab.reload();
    expect((await tab.getByLabel('First name').inputValue()) === 'Augusta Ada', 'the name is not kept');
    expect((await tab.getByLabel('Gender').inputValue()) === 'FEMALE', 'the gender is not kept');
    expect((await tab.getByLabel('Mobile number').inputValue()) === '', 'the mobile number is kept');
  });

  await check('the email address is verified with the code from the email', async () => {
    await button('Send me a code').click();
    await heading(tab, 'Verify your email address');
    const code = tab.getByLabel('Code', { exact: true });
    expect((await code.getAttribute('autocomplete')) === 'one-time-code' && (await code.getAttribute('inputmode')) === 'numeric', 'phones do not offer the code');
    await inspect(tab, 'verify');
    await code.fill('000000');
    await button('Verify').click();
    await tab.getByRole('alert').waitFor();
    await code.fill(await latchkey.code(EMAIL));
    await button('Verify').click();
    await tab.getByText('Your email address is verified.').waitFor();
    await heading(tab, 'Profile');
    await button('Send me a code').waitFor({ state: 'detached' });
  });

  await check('the password is changed, and a wrong one is tied to its field', async () => {
    await link('Password').click();
    await heading(tab, 'Password');
    await fill(tab, { 'Current password': 'not the password', 'New password': NEW_PASSWORD });
    await button('Change the password').click();
    await tab.getByRole('alert').getByText('Current password: this is not your password.').waitFor();
    await inspect(tab, 'password');
    await fill(tab, { 'Current password': PASSWORD, 'New password': NEW_PASSWORD });
    await button('Change the password').click();
    await tab.getByText('Your password is changed.').waitFor();
  });

  await check('a session that is revoked here ends on the other device', async () => {
    const other = await visit(await open(), 'sign-in');
    await signIn(other, EMAIL, NEW_PASSWORD);
    await link('Devices').click();
    await heading(tab, 'Devices');
    await tab.getByRole('listitem').nth(1).waitFor();
    await inspect(tab, 'devices');
    await tab.getByRole('button', { name: /^Sign out Chrom/ }).click();
    await tab.getByText(/is signed out\.$/).waitFor();
    await other.getByRole('link', { name: 'Devices', exact: true }).click();
    await heading(other, 'Sign in');
    await other.getByText('your session has ended').waitFor();
  });

  await check('a forgotten password is reset by the code from the email', async () => {
    await button('Sign out').click();
    await tab.getByText('You are signed out.').waitFor();
    await link('Forgot your password?').click();
    await heading(tab, 'Forgot your password?');
    await inspect(tab, 'forgot');
    await fill(tab, { 'Email address': EMAIL });
    await button('Send the code').click();
    await heading(tab, 'Set a new password');
    await inspect(tab, 'reset');
    await fill(tab, { Code: await latchkey.code(EMAIL, 2), 'New password': RESET_PASSWORD });
    await button('Set the password').click();
    await tab.getByText('Your new password is set.').waitFor();
    await signIn(tab, EMAIL, RESET_PASSWORD);
  });

  await check('the page logs no error', async () => expect(complaints.length === 0, complaints.join('\n')));
  await end();
}
