// A network that loses the answers of refreshes. Without a grace period, only the attempt saves the session.
import { check, expect, heading, setUp, signUp } from './check.mjs';
import { serveProxy } from './servers.mjs';

const HOURS = 3_600_000;
const isRefresh = (body) => body.includes('mutation Refresh');

export async function lostAnswers(browser) {
  const { front: proxy, open, visit, end } = await setUp(browser, { LATCHKEY_REFRESH_GRACE_SECONDS: '0' }, serveProxy);
  const context = await open();
  await context.clock.install();
  const tab = await visit(context, 'sign-up');
  await signUp(tab, 'mary@example.org');
  await heading(tab, 'Profile');

  /** Loses the answers until the page has seen this number of refreshes fail: the browser itself repeats a request once. */
  async function loseRefreshes(times) {
    let failures = 0;
    const count = (request) => (failures += isRefresh(request.postData() ?? '') ? 1 : 0);
    context.on('requestfailed', count);
    proxy.loses = isRefresh;
    await context.clock.fastForward(4 * HOURS);
    for (let tries = 0; tries < 200 && failures < times; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await context.clock.runFor(1000);
    }
    context.off('requestfailed', count);
    expect(failures >= times && proxy.lost >= times, `${failures} refreshes failed, ${proxy.lost} answers were lost`);
    proxy.loses = () => false;
  }

  await check('a proxy that drops the answer of a refresh costs no session', async () => {
    await loseRefreshes(2);
    await context.clock.runFor(60_000);
    await tab.getByRole('link', { name: 'Devices', exact: true }).click();
    await tab.getByText('This device').waitFor();
  });

  await check('a tab that was closed and slept past the grace keeps its session', async () => {
    await loseRefreshes(1);
    await tab.close();
    await context.clock.fastForward(8 * HOURS);
    const later = await visit(context);
    await heading(later, 'Profile');
    await later.reload();
    await heading(later, 'Profile');
  });
  await end();
}
