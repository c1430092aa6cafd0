// What is expected of latchkey where the two versions of graphql-js differ, or where latchkey differs by choice.

// Where 16 and 17 differ, the specification of September 2025 decides. docs/graphql.md has the same table.
const RULES = [
  {
    why: 'Chosen: Apollo Client and urql add `__typename` to fragments at the root of a subscription.',
    applies: (text, variables, old, now) =>
      text.includes('subscription') && [old, now].some(({ why }) => why?.includes('top level introspection field')),
    verdict: 'accepted',
  },
  {
    why: 'Specification, section 4.2: `includeDeprecated` is a `Boolean!` with a default. In 16 it may be null.',
    applies: (text, variables, old, now) =>
      text.includes('includeDeprecated') && old.verdict !== 'validation' && now.verdict === 'validation',
    verdict: 'validation',
  },
  {
    why: 'Specification, section 5.8.5: a variable in a OneOf input object is non-null. Both miss it where the object is.',
    applies: (text, variables, old, now) =>
      now.verdict !== 'syntax' &&
      [...text.matchAll(/proof:\s*\{\s*\w+:\s*\$(\w+)/g)].some(([, name]) => new RegExp(`\\$${name}: \\w+(?![\\w!])`).test(text)),
    verdict: 'validation',
  },
  {
    why: 'Chosen: the service has no directive that could be deprecated, and the specification no such fields.',
    applies: (text) => /directives[^{]*\{[^}]*(isDeprecated|deprecationReason)/.test(text),
    verdict: 'validation',
  },
];

export function expected(text, variables, old, now) {
  if (now.verdict === 'accepted' && now.nulls) {
    return { verdict: 'variables', why: 'Chosen: null in a place that cannot be null is refused before anything runs.' };
  }
  const chosen = RULES.find((rule) => rule.applies(text, variables, old, now));
  if (chosen) return { verdict: chosen.verdict, why: chosen.why };
  if (old.verdict === now.verdict) return now;
  return { verdict: 'undecided', why: `16 says ${old.verdict} (${old.why}), 17 says ${now.verdict} (${now.why})` };
}
