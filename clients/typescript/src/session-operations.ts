import type { Client } from './client.js';
import type { LogoutInput, LogoutMutation, RefreshMutation } from './generated/types.js';

/** Renews the access token now. Calls at the same time share one request. The client calls it by itself before the token expires. */
export const refresh = (client: Client): Promise<RefreshMutation['refresh']> => client.session.refresh();

/**
 * Signs out on this device, or everywhere. The page is signed out in any case: if no response arrives, the promise is rejected,
 * and the client ends the session at the server as soon as it can.
 */
export const logout = (client: Client, input: Omit<LogoutInput, 'refreshToken'> = {}): Promise<LogoutMutation['logout']> =>
  client.session.logout(input);
