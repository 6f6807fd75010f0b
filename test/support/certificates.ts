/** Certificates of a private authority, made with openssl. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
const fresh = ['-newkey', 'rsa:2048', '-nodes'];

/** Files of one certificate and its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export class Authority {
  /** PEM file of its own certificate. */
  readonly file: string;
  /** Of all its certificates, because to find a key takes openssl half a second. */
  #key: string | undefined;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    this.file = join(folder, `${name}-ca.pem`);
    const files = ['-keyout', this.keyFile, '-out', this.file];
    openssl('req', '-x509', ...fresh, '-days', '2', '-subj', `/CN=${name} CA`, ...files);
  }

  /**
   * @param commonName such as MySQL's own `MySQL_Server_8.0.36_Auto_Generated_Server_Certificate`
   * @param alternativeNames such as `DNS:db.example.net,IP:192.0.2.5`; default: the certificate has none
   */
  certificate(file: string, commonName: string, alternativeNames?: string): Certificate {
    const path = (suffix: string) => join(this.folder, `${this.name}-${file}-${suffix}`);
    const [cert, request, extensions] = ['cert.pem', 'request.pem', 'extensions'].map(path) as [string, string, string];
    const key = (this.#key ??= this.makeKey());
    openssl('req', '-new', '-key', key, '-subj', `/CN=${commonName}`, '-out', request);
    writeFileSync(extensions, alternativeNames === undefined ? '' : `subjectAltName=${alternativeNames}\n`);
    openssl(
      ...['x509', '-req', '-days', '2', '-in', request, '-CA', this.file, '-CAkey', this.keyFile, '-CAcreateserial'],
      ...['-extfile', extensions, '-out', cert],
    );
    return { cert, key };
  }

  private makeKey(): string {
    const file = join(this.folder, `${this.name}-key.pem`);
    openssl('genrsa', '-out', file, '2048');
    return file;
  }

  private get keyFile(): string {
    return join(this.folder, `${this.name}-ca-key.pem`);
  }
}
