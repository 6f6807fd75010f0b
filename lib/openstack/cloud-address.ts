/** An address of Keystone or of a service, before a password or a token is sent to it. */
import { InvalidConfiguration } from '../basics/errors';
import { isLoopback } from '../basics/loopback';

/**
 * @param what the address is, as the subject of a sentence
 * @returns `plainHost` where whatever is sent travels over a network in clear, which `allowPlainHttp` allows
 * @throws InvalidConfiguration when it is no http(s) address, holds what a client would send along, or is in clear
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
    throw refused('holds a user, a query or a fragment, and stackward sends none of these; write it without');
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return {};
  if (allowPlainHttp) return { plainHost: url.host };
  throw refused(
    `is http://${url.host}, so that the token would travel in clear; use https://, or set allowPlainHttp: true in stackward.yaml if the network between is trusted`,
  );
}
