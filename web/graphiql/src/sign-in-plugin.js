import { createElement as h, useEffect, useState } from 'react';
import { forget, onSignIn, signedIn } from './sign-in.js';

function Icon() {
  const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 };
  return h('svg', { viewBox: '0 0 16 16', 'aria-hidden': true }, h('circle', { ...line, cx: 5, cy: 8, r: 3.25 }), h('path', { ...line, d: 'M8.25 8H15v3M12 8v2' }));
}

function Content() {
  const [session, setSession] = useState(signedIn());
  useEffect(() => onSignIn(setSession), []);
  const text = session
    ? 'Signed in. Requests of every tab carry the access token, and it is renewed before it expires. A token that you type into Headers wins.'
    : 'Not signed in. Run SignUp or LogIn: after that, every tab just works.';
  return h(
    'div',
    { className: 'sign-in' },
    h('h2', null, 'Session'),
    h('p', { role: 'status' }, text),
    session && h('button', { type: 'button', className: 'graphiql-button', onClick: forget }, 'Forget the tokens'),
  );
}

export const signInPlugin = { title: 'Session', icon: Icon, content: Content };
