// Compares two schemas with graphql-inspector, which judges some changes more strictly than graphql-js.
import { execFileSync } from 'node:child_process';
import { CriticalityLevel, diff } from '@graphql-inspector/core';

/** Returns the schema of the newest release, or undefined if none is known here. */
export function released() {
  const git = (...words) => execFileSync('git', words, { cwd: new URL('../..', import.meta.url), encoding: 'utf8' });
  try {
    const [tag] = git('tag', '--list', 'v*', '--sort=-version:refname').split('\n');
    return tag ? git('show', `${tag}:schema.graphql`) : undefined;
  } catch {
    return undefined;
  }
}

/** Lists the breaking changes from one schema to the next, without what is not built yet. */
export async function inspected(before, after, missing = []) {
  const isMissing = (path = 'Subscription') => missing.some((name) => path === name || path.startsWith(`${name}.`));
  const changes = await diff(before, after);
  return changes
    .filter(({ criticality, path }) => criticality.level === CriticalityLevel.Breaking && !isMissing(path))
    .map(({ message, path }) => `${path}: ${message}`);
}
