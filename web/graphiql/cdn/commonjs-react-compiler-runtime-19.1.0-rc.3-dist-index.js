import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/react-compiler-runtime@19.1.0-rc.3/dist/index.js'];

export default it.__esModule ? it.default : it;
export const { $dispatcherGuard, $makeReadOnly, $reset, $structuralCheck, c, clearRenderCounterRegistry, renderCounterRegistry, useRenderCounter } = it;
