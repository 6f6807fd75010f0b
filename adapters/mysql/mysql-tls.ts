/** TLS to one MySQL server. Nothing here changes what other connections of this process accept. */
import { defined } from '../../lib/basics/defined';
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { createConnection, type ConnectionOptions } from 'mysql2';
import type { Connection } from 'mysql2/promise';

export interface TlsOptions {
  /**
   * The oldest version that is accepted. Default: TLSv1.2. `legacy`: TLSv1 as yaSSL speaks it, the library in Oracle's
   * MySQL 5.5 and 5.6; docs/configuration.md lists the protections that are lost.
   */
  readonly minVersion?: 'legacy' | 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** PEM text of the CA that signed the server's certificate. Default: the CAs of Node.js. */
  readonly ca?: string;
  /**
   * True if the certificate must be for `host`. The alternative names are compared, or the common name if there are
   * none, as in MySQL's own client with --ssl-mode=VERIFY_IDENTITY. Default: true. False: any certificate of the CA is
   * accepted, because those that MySQL makes for itself carry no host name.
   */
  readonly verifyName?: boolean;
}

/** @param options everything that is not about TLS */
export function openConnection(options: ConnectionOptions, host: string, tls: 'off' | TlsOptions): Promise<Connection> {
  const connection = createConnection(tls === 'off' ? options : { ...options, ssl: sslOf(tls) });
  if (tls !== 'off' && tls.minVersion === 'legacy') upgradeAsLegacy(connection as unknown as Upgradable, host, tls);
  return new Promise((resolve, reject) => {
    connection.once('connect', () => resolve(connection.promise()));
    connection.once('error', reject);
  });
}

/** OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1 unless its security level is lowered as well. */
function sslOf({ minVersion = 'TLSv1.2', ca, verifyName = true }: TlsOptions): NonNullable<ConnectionOptions['ssl']> {
  const isOld = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  return {
    minVersion: minVersion === 'legacy' ? 'TLSv1' : minVersion,
    // Set explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing.
    rejectUnauthorized: true,
    verifyIdentity: verifyName,
    ...defined({ ca, ciphers: isOld ? 'DEFAULT:@SECLEVEL=0' : undefined }),
  };
}

/** The parts of mysql2's connection that its own `startTLS` uses. */
interface Upgradable {
  stream: Socket;
  readonly packetParser: { execute(data: Buffer): void };
  _handleNetworkError(error: Error): void;
  startTLS(onSecure: (error?: Error) => void): void;
}

/**
 * yaSSL knows no secure renegotiation (RFC 5746), and takes a Diffie-Hellman key of 512 bits wherever it may choose
 * one. OpenSSL 3 refuses the former by default, and the latter always. Therefore no such key exchange is offered, and
 * the server takes RSA's. mysql2 3.24 hands no `secureOptions` to Node (lib/base/connection.js, getSecureContext); this
 * workaround can go when it does.
 */
function upgradeAsLegacy(connection: Upgradable, host: string, { ca, verifyName = true }: TlsOptions): void {
  connection.startTLS = (onSecure) => {
    connection.stream.removeAllListeners('data');
    let isSecure = false;
    const secure: TLSSocket = connectTls(
      {
        socket: connection.stream,
        host,
        minVersion: 'TLSv1',
        ciphers: 'DEFAULT:!DHE:@SECLEVEL=0',
        secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
        rejectUnauthorized: true,
        checkServerIdentity: verifyName ? checkServerIdentity : () => undefined,
        ...defined({ ca }),
      },
      () => {
        isSecure = true;
        onSecure();
      },
    );
    secure.on('error', (error) => (isSecure ? connection._handleNetworkError(error) : onSecure(error)));
    secure.on('data', (data) => connection.packetParser.execute(data));
    connection.stream = secure;
  };
}
