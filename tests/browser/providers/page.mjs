// A bare page of a front end that signs in at a provider.
import { createServer } from 'node:http';

const HTML = `<!doctype html><title>A front end</title>
<button id="go">Sign in</button><pre id="result"></pre>
<script type="module">
  const endpoint = 'ENDPOINT';
  const show = (value) => { document.querySelector('#result').textContent = JSON.stringify(value); };
  async function mutate(operation, type, selection, input) {
    const query = 'mutation M($input: ' + type + '!) { ' + operation + '(input: $input) { __typename ' + selection + ' } }';
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = await response.json();
    return data?.[operation] ?? { errors };
  }
  document.querySelector('#go').onclick = async () => {
    const redirectTo = location.origin + location.pathname;
    const started = await mutate('startProviderSignIn', 'StartProviderSignInInput',
      '... on ProviderSignInStarted { authorizationUrl handle } ... on InvalidInput { fields { path code } }',
      { provider: 'corp', redirectTo });
    if (!started.authorizationUrl) return show(started);
    sessionStorage.setItem('handle', started.handle);
    await fetch('/started', { method: 'POST', body: started.authorizationUrl });
    location.assign(started.authorizationUrl);
  };
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code) {
    history.replaceState(null, '', location.pathname);
    const handle = sessionStorage.getItem('handle');
    sessionStorage.removeItem('handle');
    show(handle === null ? { noHandle: true } : await mutate('finishProviderSignIn', 'FinishProviderSignInInput',
      '... on Authenticated { user { id email firstName identities { id email provider { name } } } } ... on ProviderRefused { reason }',
      { handle, code }));
  }
</script>`;

/** Serves the page. `nextStart()` waits for the address that the next sign-in opens. */
export async function servePage() {
  const page = { endpoint: '' };
  let onStart = () => {};
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.url === '/started') {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      onStart(Buffer.concat(chunks).toString());
      outgoing.writeHead(204).end();
      return;
    }
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML.replace('ENDPOINT', page.endpoint));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  page.url = `http://127.0.0.1:${server.address().port}/signed-in`;
  page.nextStart = () => new Promise((resolve) => { onStart = resolve; });
  page.close = () => server.close();
  return page;
}
