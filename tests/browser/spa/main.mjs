// Uses the starter of examples/spa in Chromium as people do, against a latchkey that it starts.
//
//   LATCHKEY_BIN   the program
//   STARTER        the built starter (examples/spa/dist)
//   STORE          a MongoDB URL to use instead of SQLite (optional)
//   SCREENSHOTS    the folder for a picture of each screen (optional)
//   CHROMIUM       the browser, /usr/bin/chromium if not set
import { chromium } from 'playwright-core';
import { walk } from './walk.mjs';
import { lostAnswers } from './lost-answers.mjs';
import { tabs } from './tabs.mjs';
import { verifyFirst } from './verify-first.mjs';
import { close, report } from './check.mjs';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
});
try {
  for (const part of [walk, tabs, lostAnswers, verifyFirst]) await part(browser);
} finally {
  await browser.close();
}
report();
close();
