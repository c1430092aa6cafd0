import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/set-value@4.1.0/index.js'];

export default it.__esModule ? it.default : it;
export const { cache, clear, split } = it;
