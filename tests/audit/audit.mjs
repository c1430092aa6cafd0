// Runs every audit of graphql-http against the server at the given URL, and prints one line for each: `ok`, or `notice`
// (MAY), `warn` (SHOULD) or `error` (MUST) with the reason. Exits with 1 unless all are ok.

import { serverAudits } from 'graphql-http';

const url = process.argv[2];
const audits = serverAudits({ url, fetchFn: fetch });
let failed = 0;
for (const audit of audits) {
  const { status, reason } = await audit.fn();
  console.log([status, audit.id, audit.name, ...(reason ? [`(${reason})`] : [])].join(' '));
  failed += status === 'ok' ? 0 : 1;
}
console.log(`${audits.length - failed} of ${audits.length} audits passed`);
process.exit(failed ? 1 : 0);
