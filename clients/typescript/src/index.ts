export { createClient, type Account, type Cause, type Client, type ClientOptions } from './client.js';
export type { Environment } from './environment.js';
export * from './generated/operations.js';
export type * from './generated/types.js';
export { passkeyAssertion, passkeyRegistration, type PasskeyCredential } from './passkeys.js';
export { logout, refresh } from './session-operations.js';
export { subscribe, type Subscription } from './subscribe.js';
export { LatchkeyError, type Document } from './transport.js';
