import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/nullthrows@1.1.1/nullthrows.js'];

export default it.__esModule ? it.default : it;
export const {  } = it;
