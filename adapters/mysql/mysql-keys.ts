/**
 * Without TLS, a login by caching_sha2_password or sha256_password may ask the server for an RSA key and send the
 * password encrypted with it. Nobody vouches for that key, so an attacker in the server's place reads the password.
 * MySQL's own client refuses the key unless told `--get-server-public-key`; mysql2 asks for it by itself. Stackward
 * refuses the key, except from a server on this machine.
 */
import { authPlugins, type AuthPlugin } from 'mysql2';
import { UnrecoverableError, type StackwardError } from '../../lib/basics/errors';
import { isLoopback } from '../../lib/basics/loopback';

export class UncheckedKeys {
  /** Why this side ended the login. mysql2 itself reports only an error of its own. */
  refusal: StackwardError | undefined;
  readonly plugins: Readonly<Record<string, AuthPlugin>>;

  constructor({ host, port }: { readonly host: string; readonly port: number }) {
    const onServerPublicKey = (): void => {
      if (isLoopback(host)) return;
      this.refusal = new UnrecoverableError(
        `${host}:${port} asks for the password under a key of its own, and without TLS nobody vouches for that key; ` +
          'set "tls" for this database, with "caFile" where the certificate is of a private CA (docs/configuration.md)',
      );
      throw this.refusal;
    };
    this.plugins = {
      caching_sha2_password: authPlugins.caching_sha2_password({ onServerPublicKey }),
      sha256_password: authPlugins.sha256_password({ onServerPublicKey }),
    };
  }
}
