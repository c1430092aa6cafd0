import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/index.js'];

export default it.__esModule ? it.default : it;
export const { compileRe, constants, isMatch, makeRe, matchBase, parse, scan, test, toRegex } = it;
