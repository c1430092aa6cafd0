// Runs every audit of graphql-http against the server at the given URL, and prints one line for each: `ok`, `draft` where
// the draft of 6 August 2026 wants another status than the audit, or `notice` (MAY), `warn` (SHOULD) or `error` (MUST)
// with the reason. Exits with 1 if there is one of the last three.

import { serverAudits } from 'graphql-http';

// Audits that want 400 for a request that is JSON but does not fit, which the draft answers with 422: "If the request is not
// a well-formed GraphQL-over-HTTP request" and "If the variable values cannot be coerced".
const UNPROCESSABLE = new Set(
  `423L LKJ0 LKJ1 LKJ2 LKJ3 6C00 6C01 6C02 6C03 4760 4761 4762 4763 58B0 58B1 58B2 58B3 3E3A 86EE`.split(' '),
);

const url = process.argv[2];
const audits = serverAudits({ url, fetchFn: fetch });
const count = { ok: 0, draft: 0 };
for (const audit of audits) {
  const { status, reason, response } = await audit.fn();
  const newer = status !== 'ok' && UNPROCESSABLE.has(audit.id) && response.status === 422;
  const word = newer ? 'draft' : status;
  console.log([word, audit.id, audit.name, ...(reason ? [`(${reason})`] : [])].join(' '));
  count[word] = (count[word] ?? 0) + 1;
}
console.log(`${count.ok} of ${audits.length} audits passed, and ${count.draft} are older than the draft`);
process.exit(count.ok + count.draft === audits.length && count.draft === UNPROCESSABLE.size ? 0 : 1);
