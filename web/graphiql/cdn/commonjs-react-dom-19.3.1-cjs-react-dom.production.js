import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/react-dom@19.3.1/cjs/react-dom.production.js'];

export default it.__esModule ? it.default : it;
export const { __DOM_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE, browser, createPortal, flushSync, preconnect, prefetchDNS, preinit, preinitModule, preload, preloadModule, requestFormReset, unstable_batchedUpdates, useFormState, useFormStatus, version } = it;
