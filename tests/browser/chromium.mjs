// Starts a Chromium that reaches one host, and records its errors and requests.
import { chromium } from 'playwright-core';

/** Starts Chromium. `mayLoad` returns whether a URL on another host is expected. */
export async function start(executablePath, home, mayLoad) {
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${home.hostname}`,
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, colorScheme: 'light' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: home.origin });

  const complaints = [];
  const strayed = [];
  context.on('request', (request) => {
    const { origin, protocol, href } = new URL(request.url());
    if (origin !== home.origin && protocol !== 'data:' && !mayLoad(href)) strayed.push(href);
  });
  context.on('weberror', (error) => complaints.push(`page error: ${error.error().stack}`));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  context.on('requestfailed', (request) => {
    const error = request.failure()?.errorText;
    // A page that is left, by a reload, ends the requests that it has not finished, such as those for its workers.
    if (error !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()} ${error}`);
  });
  await context.exposeFunction('latchkeyPolicyViolation', (what) => complaints.push(`policy: ${what}`));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      window.latchkeyPolicyViolation(`${event.effectiveDirective} stopped ${event.blockedURI}`);
    });
  });
  return { browser, context, complaints, strayed };
}
