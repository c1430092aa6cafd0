import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/react-dom@19.3.1/cjs/react-dom-client.production.js'];

export default it.__esModule ? it.default : it;
export const { createRoot, hydrateRoot, version } = it;
