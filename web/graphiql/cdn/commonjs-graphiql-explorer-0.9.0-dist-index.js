import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/graphiql-explorer@0.9.0/dist/index.js'];

export default it.__esModule ? it.default : it;
export const { Explorer } = it;
