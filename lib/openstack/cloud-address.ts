/** Checks an address of Keystone or of a service before a password or a token is sent there. */
import { InvalidConfiguration } from '../basics/errors';
import { isLoopback } from '../basics/loopback';

/**
 * @param what the subject of the message, such as "the address of Keystone"
 * @returns the host as `plainHost` if `allowPlainHttp` is true and requests to it travel unencrypted over a network;
 * else {}
 * @throws InvalidConfiguration when it is no http(s) address, contains a user, a query or a fragment, or is unencrypted
 */
export function checkedAddress(
  address: string,
  what: string,
  { allowPlainHttp, where }: { readonly allowPlainHttp: boolean; readonly where: string },
): { readonly plainHost?: string } {
  const refused = (fault: string): InvalidConfiguration => new InvalidConfiguration(`${what} ${fault}`, { where });
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw refused('is no http:// or https:// address; correct it in clouds.yaml, or in the catalogue');
  if (url.username !== '' || url.password !== '' || /[?#]/.test(address))
    throw refused('contains a user, a query or a fragment, and stackward sends none of these; write it without');
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return {};
  if (allowPlainHttp) return { plainHost: url.host };
  throw refused(
    `is http://${url.host}, so that the token would travel in clear; use https://, or set allowPlainHttp: true in stackward.yaml if the network between is trusted`,
  );
}
