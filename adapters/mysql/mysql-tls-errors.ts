/** Each failure between a connection and its encryption as one sentence with the next step. */
import type { TlsOptions } from './mysql-tls';

const oldServers = `Oracle's MySQL 5.5 and 5.6 (yaSSL)`;
const givesUp = 'docs/configuration.md says what that gives up';

export function tlsDetail(text: string, server: string, tls: 'off' | TlsOptions): string {
  const name =
    /Hostname\/IP does not match certificate's altnames: (.*)/s.exec(text)?.[1] ??
    /Cert does not contain a DNS name/.exec(text)?.[0];
  if (name !== undefined)
    return `the certificate of ${server} is for another name (${name}); use a name that it carries as "host", have it made for this one, or, if its CA signs only this server, set "tls.verifyName" to false`;
  // OpenSSL: `80DC…:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps/…`
  const message = /SSL routines:[^:]*:([^:]+)/.exec(text)?.[1] ?? text;
  if (/self.signed|unable to (verify|get)|signature failure/i.test(message))
    return `the certificate of ${server} is signed by nobody that "tls.caFile" names (${message}); set "tls.caFile" to the file of the CA that signed it`;
  if (/expired/i.test(message)) return `the certificate of ${server} has expired; renew it at the server`;
  if (/legacy renegotiation|dh key too small/i.test(message))
    return `${server} speaks TLS as ${oldServers} do, which is refused (${message}); set "tls.minVersion" to legacy for it (${givesUp}), or upgrade the server`;
  if (/version|protocol|no ciphers|handshake failure|internal error/i.test(message))
    return `${server} and this side have no TLS version in common (${message}); ${lower(tls)}`;
  return `${server} ended TLS before it began (${message}); see the server's error log`;
}

/** The next step down from the oldest version that is accepted already. */
function lower(tls: 'off' | TlsOptions): string {
  const lowest = tls === 'off' ? undefined : tls.minVersion;
  if (lowest === 'legacy')
    return `"tls.minVersion" is as low as it goes, so see ssl_cipher and tls_version of the server, or upgrade it`;
  if (lowest === 'TLSv1')
    return `TLSv1 is let in already: set "tls.minVersion" to legacy for ${oldServers} (${givesUp}), else see ssl_cipher of the server, or upgrade it`;
  return `lower "tls.minVersion" (TLSv1 for a server of before 2013, legacy for ${oldServers}), or upgrade the server`;
}
