import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react-jsx-runtime.production.js'];

export default it.__esModule ? it.default : it;
export const { Fragment, jsx, jsxs } = it;
