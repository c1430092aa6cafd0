const KEPT = new Set(['graphiql:theme', 'graphiql:docExplorerFlex', 'graphiql:editorFlex', 'graphiql:secondaryEditorFlex']);

const areaOf = (key) => (KEPT.has(key) ? localStorage : sessionStorage);
const keysOf = (area) => Object.keys(area).filter((key) => key.startsWith('graphiql:'));

/**
 * Keeps the layout permanently and everything else until the tab is closed: headers contain access tokens, variables contain
 * passwords, and the history contains both. GraphiQL itself would write the history to localStorage.
 */
export const storage = {
  getItem: (key) => areaOf(key).getItem(key),
  setItem: (key, value) => areaOf(key).setItem(key, value),
  removeItem: (key) => areaOf(key).removeItem(key),
  get length() {
    return keysOf(sessionStorage).length;
  },
  clear() {
    for (const area of [sessionStorage, localStorage]) {
      for (const key of keysOf(area)) area.removeItem(key);
    }
  },
};
