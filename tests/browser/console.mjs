// Uses GraphiQL with keyboard and mouse.

export const QUERY = '.graphiql-query-editor';
// Variables or headers, depending on which is open.
export const TOOL = '.graphiql-editor-tool .graphiql-editor:not(.hidden)';

const squeezed = (text) => text.replaceAll(/\s/g, '');

export function handsOn(page) {
  /** Returns the text of an editor without spaces, because it wraps and indents long lines. */
  async function shown(editor) {
    const lines = await page.locator(`${editor} .view-line`).allTextContents();
    return squeezed(lines.join(''));
  }

  /** Waits until an editor contains a text. */
  async function untilShown(editor, text) {
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await shown(editor)).includes(squeezed(text))) return;
      await page.waitForTimeout(100);
    }
    throw new Error(`${editor} shows ${await shown(editor)} and not ${text}`);
  }

  /** Replaces the text of an editor from the clipboard. */
  async function paste(editor, text) {
    await page.locator(`${editor} .view-lines`).click();
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text.trim());
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('ControlOrMeta+V');
    // GraphiQL reads the operation's name after a pause in typing.
    await page.waitForTimeout(500);
  }

  /** Opens a tab by its name, and asserts that no error is marked in it. */
  async function openTab(name) {
    await page.getByRole('tab', { name, exact: true }).click();
    await untilShown(QUERY, name);
    await unmarked();
  }

  async function unmarked() {
    await page.waitForTimeout(1000);
    if ((await page.locator('.squiggly-error').count()) > 0) throw new Error('an error is marked in the editor');
  }

  /** Opens `Variables` or `Headers`, asserts that the template is there, and replaces it. */
  async function fillIn(tool, template, text) {
    await page.getByRole('button', { name: tool, exact: true }).click();
    await untilShown(TOOL, template);
    await paste(TOOL, text);
  }

  /** Clicks the run button and returns the response once the result pane shows it. */
  async function run() {
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.getByRole('button', { name: /^Execute query/ }).click(),
    ]);
    const json = await answer.json();
    await untilShown('.result-window', JSON.stringify(json.data ?? json.errors).slice(1, -1));
    return json;
  }

  return { untilShown, paste, openTab, unmarked, fillIn, run };
}
