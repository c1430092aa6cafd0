// Takes the README's screenshot: opens GraphiQL on a running latchkey and runs the first tab. Prints the width, the height and
// the number of colors of the picture as JSON.
//
//   LATCHKEY_URL  the server, such as http://127.0.0.1:4000
//   SCREENSHOT    the file to write
//   CHROMIUM      the browser, /usr/bin/chromium if not set
import { writeFileSync } from 'node:fs';
import { start } from './chromium.mjs';
import { handsOn, QUERY } from './console.mjs';

const { LATCHKEY_URL, SCREENSHOT, CHROMIUM = '/usr/bin/chromium' } = process.env;
if (!LATCHKEY_URL || !SCREENSHOT) throw new Error('LATCHKEY_URL or SCREENSHOT is not set');
const home = new URL(LATCHKEY_URL);

/** Decodes a picture in a blank page, and counts its colors. */
async function measure(context, png) {
  const page = await context.newPage();
  return page.evaluate(async (base64) => {
    const image = Object.assign(new Image(), { src: `data:image/png;base64,${base64}` });
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const colors = new Set(new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer));
    return { width, height, colors: colors.size };
  }, png.toString('base64'));
}

const { browser, context, complaints } = await start(CHROMIUM, home, () => false);
const page = await context.newPage();
page.setDefaultTimeout(30_000);
await page.setViewportSize({ width: 1280, height: 800 });
await page.goto(new URL('/graphql', home).href);
const { untilShown, unmarked, run } = handsOn(page);
await untilShown(QUERY, 'mutation SignUp');
await unmarked();
const { data } = await run();
if (data?.signup?.__typename !== 'Authenticated') throw new Error(`the response is ${JSON.stringify(data)}`);
// The run button loses its highlight, and the editor its cursor.
await page.mouse.move(0, 0);
await page.evaluate(() => document.activeElement.blur());
await page.waitForTimeout(500);
const png = await page.screenshot();
writeFileSync(SCREENSHOT, png);
console.log(JSON.stringify(await measure(context, png)));
await browser.close();
if (complaints.length > 0) throw new Error(complaints.join('\n'));
