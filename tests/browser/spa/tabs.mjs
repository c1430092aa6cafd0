// Tabs of one browser, with a clock that the test moves.
import { check, expect, heading, setUp, signUp } from './check.mjs';

const HOURS = 3_600_000;

export async function tabs(browser) {
  const { open, visit, end } = await setUp(browser);
  const context = await open();
  await context.clock.install();
  const one = await visit(context, 'sign-up');
  await signUp(one, 'grace@example.org');
  await heading(one, 'Profile');
  const two = await visit(context);
  await heading(two, 'Profile');

  const refreshed = (tab) =>
    tab.waitForResponse(async (response) => (response.request().postData() ?? '').includes('mutation Refresh') && (await response.text()).includes('Authenticated'));

  await check('two tabs refresh at once and both stay signed in', async () => {
    for (let round = 0; round < 3; round += 1) {
      const both = Promise.all([refreshed(one), refreshed(two)]);
      await context.clock.fastForward(4 * HOURS);
      await both;
    }
    for (const tab of [one, two]) {
      await tab.getByRole('link', { name: 'Devices', exact: true }).click();
      await tab.getByText('This device').waitFor();
    }
    expect((await one.getByRole('listitem').count()) === 1, 'there is more than one session');
  });

  await check('sign-out in one tab signs out the other', async () => {
    await one.getByRole('button', { name: 'Sign out', exact: true }).click();
    await heading(one, 'Sign in');
    await heading(two, 'Sign in');
    await two.getByText('You were signed out in another tab.').waitFor();
    await two.reload();
    await heading(two, 'Sign in');
  });
  await end();
}
