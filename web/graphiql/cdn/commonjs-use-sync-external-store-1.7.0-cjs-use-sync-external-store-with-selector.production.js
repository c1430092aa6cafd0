import { exported } from './cdn-commonjs.js';

const it = exported['https://cdn.jsdelivr.net/npm/use-sync-external-store@1.7.0/cjs/use-sync-external-store-with-selector.production.js'];

export default it.__esModule ? it.default : it;
export const { useSyncExternalStoreWithSelector } = it;
