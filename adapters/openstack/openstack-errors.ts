/** Each refusal of a service of the cloud, and each failure to reach it, as one sentence with the next step. */
import type { StackwardError } from '../../lib/basics/errors';
import { Blocked, InvalidConfiguration, StalePlan, TransientError, UnrecoverableError } from '../../lib/basics/errors';
import { shownUrl } from '../../lib/basics/shown-url';
import { maxHeaderBytes } from './openstack-limits';

/** Characters of a service's own message that are shown. */
const longestReason = 1000;

/**
 * A service's own message, in any of its places: `{"NeutronError":{"message"}}`, `{"error":{"message"}}`,
 * `{"badRequest":{…}}`.
 */
function messageOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return 'no reason was given';
  const inner: unknown = Object.values(body)[0];
  if (typeof inner === 'string') return inner.slice(0, longestReason);
  const message = typeof inner === 'object' && inner !== null ? (inner as { message?: unknown }).message : undefined;
  return typeof message === 'string' ? message.slice(0, longestReason) : 'no reason was given';
}

/** @param location where the answer points to, if it is a redirect */
export function refusal(
  status: number,
  body: unknown,
  what: string,
  { cloud, location }: { readonly cloud: string; readonly location?: unknown },
): StackwardError {
  if (status >= 300 && status < 400)
    return new UnrecoverableError(
      `${what} was answered with ${status}, a redirect to ${typeof location === 'string' ? shownUrl(location.slice(0, 300)) : 'nowhere'}; stackward follows none, because the token would go along, so correct "auth_url", or the address in the catalogue`,
      { where: `cloud ${cloud}`, about: 'address' },
    );
  const detail = `${what} was answered with ${status}: ${messageOf(body).replace(/\.$/, '')}`;
  const options = { where: `cloud ${cloud}`, status };
  if (status === 401)
    return new InvalidConfiguration(`${detail}; check the credentials, and that the token is still valid`, {
      ...options,
      about: 'login',
    });
  if (status === 403)
    return new Blocked(`${detail}; the credentials lack the role that this needs`, { ...options, about: 'right' });
  if (status === 412) return new StalePlan(detail, options);
  if (status === 429 || status === 503 || status === 502 || status === 504) return new TransientError(detail, options);
  return new UnrecoverableError(detail, options);
}

/** Keystone refuses a login. @param fault what to correct, with the place of the secret */
export const loginRefused = (
  { authUrl, cloud }: { readonly authUrl: string; readonly cloud: string },
  body: unknown,
  fault: string,
): StackwardError =>
  new InvalidConfiguration(
    `logging in at ${authUrl} was answered with 401: ${messageOf(body).replace(/\.$/, '')}; ${fault}`,
    { where: `cloud ${cloud}`, status: 401, about: 'login' },
  );

/** Something at "auth_url" refused a login, and not in Keystone's form. @param server header `Server` of the answer */
export function noKeystone(
  { authUrl, cloud }: { readonly authUrl: string; readonly cloud: string },
  status: number,
  server: unknown,
): StackwardError {
  const options = { where: `cloud ${cloud}`, status };
  const named = typeof server === 'string' && server !== '' ? `${server.slice(0, 100)}, and no Keystone,` : 'something, and no Keystone,'; // prettier-ignore
  const answered = `${named} answers at ${authUrl}, with ${status}`;
  if ([429, 502, 503, 504].includes(status))
    return new TransientError(
      `${answered}: a proxy does that where the Keystone behind it is not there; look whether Keystone runs`,
      options,
    );
  return new InvalidConfiguration(
    `${answered}; correct "auth_url" (it ends with /v3), or see on that host which process holds the port`,
    { ...options, about: 'address' },
  );
}

/** Keystone itself says that it has no such path: its API v3 is off, or `auth_url` leads past it. */
export const noVersion3 = ({ authUrl, cloud }: { readonly authUrl: string; readonly cloud: string }): StackwardError =>
  new InvalidConfiguration(
    `Keystone answers at ${authUrl}, and has no API v3 there; correct "auth_url" (it ends with /v3), or switch v3 on in keystone-paste.ini`,
    { where: `cloud ${cloud}`, status: 404, about: 'address' },
  );

/** @param withinMs how long the answer was waited for */
export function unreachable(error: unknown, { host }: URL, cloud: string, withinMs: number): StackwardError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const options = { where: `cloud ${cloud}`, cause: error };
  if (code === 'ECONNREFUSED')
    return new TransientError(`nothing listens at ${host}; start the service, or correct its address`, options);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new TransientError(`the name of ${host} can't be resolved; correct the address, or mend DNS`, {
      ...options,
      about: 'address',
    });
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new TransientError(`${host} did not answer within 10 s; a firewall may filter it`, options);
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return new UnrecoverableError(
      `${host} answered with more than ${maxHeaderBytes >> 10} KiB of headers, which no service of a cloud does; see what answers there`,
      { ...options, about: 'answer' },
    );
  if ((error as Error).name === 'TimeoutError')
    return new TransientError(
      `${host} had not ended its answer after ${withinMs / 1000} s; look at the service, and at the proxy before it`,
      options,
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new InvalidConfiguration(
      `the certificate of ${host} is not trusted, because it is for another name (${code}); use the name that it is for as address, or have one made that names ${host}`,
      { ...options, about: 'address' },
    );
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return new InvalidConfiguration(
      `the certificate of ${host} is not trusted (${code}); name its CA in "cacert"`,
      options,
    );
  return new TransientError(`the connection to ${host} failed: ${message}`, options);
}
