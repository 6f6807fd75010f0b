/**
 * The server's side of TLSv1 as yaSSL speaks it, the TLS library of Oracle's MySQL 5.5 and 5.6. It is written by hand,
 * because OpenSSL can't be configured to behave like such an old library. Secure renegotiation (RFC 5746) is off unless
 * `renegotiatesSecurely` is set. If the client offers a Diffie-Hellman exchange, the server uses a key of 512 bits.
 * Otherwise the client encrypts the secret with the certificate's RSA key (AES256-SHA).
 * Source: RFC 2246, and the traffic of MySQL 5.5.34 and 5.6.14.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generatePrimeSync,
  privateDecrypt,
  privateEncrypt,
  randomBytes,
  X509Certificate,
  type Cipher,
  type Decipher,
} from 'node:crypto';

const version = Buffer.of(3, 1);
const [changeCipher, alert, handshake, application] = [20, 21, 22, 23];
const [dheAes256Sha, aes256Sha] = [0x0039, 0x0035];

const sized = (length: 1 | 2 | 3, body: Buffer): Buffer => {
  const head = Buffer.alloc(length);
  head.writeUIntBE(body.length, 0, length);
  return Buffer.concat([head, body]);
};

/** The pseudo-random function of TLSv1: MD5 and SHA-1, each over one half of the secret. */
function expand(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const half = Math.ceil(secret.length / 2);
  const stream = (algorithm: string, key: Buffer): Buffer => {
    const hmac = (data: Buffer): Buffer => createHmac(algorithm, key).update(data).digest();
    const start = Buffer.concat([Buffer.from(label), seed]);
    let turn: Buffer = start;
    let made: Buffer = Buffer.alloc(0);
    while (made.length < length) {
      turn = hmac(turn);
      made = Buffer.concat([made, hmac(Buffer.concat([turn, start]))]);
    }
    return made.subarray(0, length);
  };
  const sha = stream('sha1', secret.subarray(secret.length - half));
  return stream('md5', secret.subarray(0, half)).map((byte, index) => byte ^ (sha[index] ?? 0)) as Buffer;
}

/** One direction of a connection. In TLSv1 each record continues where the record before it ended. */
interface Sealed {
  readonly cipher: Cipher | Decipher;
  readonly macKey: Buffer;
  count: bigint;
}

/** A certificate and its key as PEM texts, and a feature of later libraries. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
  /** Behaves like MySQL 5.5 built with OpenSSL: secure renegotiation, and the same small key. */
  readonly renegotiatesSecurely?: true;
}

const renegotiationInfo = Buffer.of(0, 5, 0xff, 1, 0, 1, 0);

export class YasslSession {
  private readonly random = randomBytes(32);
  private clientRandom: Buffer = Buffer.alloc(0);
  private said: Buffer = Buffer.alloc(0);
  private rest: Buffer = Buffer.alloc(0);
  private master: Buffer = Buffer.alloc(0);
  private keys: { readonly from: Sealed; readonly to: Sealed } | undefined;
  private isReading = false;
  private isWriting = false;

  /** @param on `send`: to the client's socket; `data`: what the client said */
  constructor(
    private readonly shown: Certified,
    private readonly on: { send(data: Buffer): void; data(data: Buffer): void },
  ) {}

  receive(data: Buffer): void {
    this.rest = Buffer.concat([this.rest, data]);
    while (this.rest.length >= 5 && this.rest.length >= 5 + this.rest.readUInt16BE(3)) {
      const end = 5 + this.rest.readUInt16BE(3);
      const [type, body] = [this.rest[0] ?? 0, this.rest.subarray(5, end)];
      this.rest = this.rest.subarray(end);
      this.take(type, this.isReading ? this.open(type, body) : body);
    }
  }

  write(data: Buffer): void {
    this.record(application, data);
  }

  private take(type: number, body: Buffer): void {
    if (type === changeCipher) this.isReading = true;
    else if (type === application) this.on.data(body);
    else if (type === handshake) {
      const kind = body[0];
      // The server's answer to Finished is over what was said up to it.
      this.said = Buffer.concat([this.said, body]);
      if (kind === 1) this.greet(body);
      else if (kind === 16) this.agree(body.subarray(6));
      else if (kind === 20) this.finish();
    } else if (type !== alert) throw new Error(`a record of the type ${type}`);
  }

  private greet(hello: Buffer): void {
    this.clientRandom = hello.subarray(6, 38);
    const offset = 39 + (hello[38] ?? 0);
    const offered = hello.subarray(offset + 2, offset + 2 + hello.readUInt16BE(offset));
    const offers = (suite: number): boolean =>
      Array.from({ length: offered.length / 2 }, (_, index) => offered.readUInt16BE(index * 2)).includes(suite);
    const suite = offers(dheAes256Sha) ? dheAes256Sha : aes256Sha;
    const extensions = this.shown.renegotiatesSecurely ? renegotiationInfo : Buffer.alloc(0);
    this.say(2, Buffer.concat([version, this.random, Buffer.of(0, suite >> 8, suite & 255, 0), extensions]));
    this.say(11, sized(3, sized(3, new X509Certificate(this.shown.certificate).raw)));
    if (suite === dheAes256Sha) this.say(12, this.smallKey());
    this.say(14, Buffer.alloc(0));
  }

  private smallKey(): Buffer {
    const prime = Buffer.from(generatePrimeSync(512));
    const parts = Buffer.concat([prime, Buffer.of(2), prime.subarray(0, 63)].map((part) => sized(2, part)));
    const signed = Buffer.concat([this.clientRandom, this.random, parts]);
    const digests = ['md5', 'sha1'].map((name) => createHash(name).update(signed).digest());
    return Buffer.concat([parts, sized(2, privateEncrypt(this.shown.key, Buffer.concat(digests)))]);
  }

  private agree(encrypted: Buffer): void {
    const padded = privateDecrypt({ key: this.shown.key, padding: constants.RSA_NO_PADDING }, encrypted);
    const randoms = [this.clientRandom, this.random];
    this.master = expand(padded.subarray(-48), 'master secret', Buffer.concat(randoms), 48);
    const block = expand(this.master, 'key expansion', Buffer.concat(randoms.reverse()), 136);
    const cut = (from: number, to: number): Buffer => block.subarray(from, to);
    const from = createDecipheriv('aes-256-cbc', cut(40, 72), cut(104, 120)).setAutoPadding(false);
    const to = createCipheriv('aes-256-cbc', cut(72, 104), cut(120, 136)).setAutoPadding(false);
    this.keys = {
      from: { cipher: from, macKey: cut(0, 20), count: 0n },
      to: { cipher: to, macKey: cut(20, 40), count: 0n },
    };
  }

  private finish(): void {
    this.record(changeCipher, Buffer.of(1));
    this.isWriting = true;
    const digests = ['md5', 'sha1'].map((name) => createHash(name).update(this.said).digest());
    this.say(20, expand(this.master, 'server finished', Buffer.concat(digests), 12));
  }

  private say(kind: number, body: Buffer): void {
    const message = Buffer.concat([Buffer.of(kind), sized(3, body)]);
    this.said = Buffer.concat([this.said, message]);
    this.record(handshake, message);
  }

  private record(type: number, body: Buffer): void {
    const sent = this.isWriting ? this.seal(type, body) : body;
    this.on.send(Buffer.concat([Buffer.of(type), version, sized(2, sent)]));
  }

  private mac(direction: Sealed, type: number, body: Buffer): Buffer {
    const count = Buffer.alloc(8);
    count.writeBigUInt64BE(direction.count++);
    const said = Buffer.concat([count, Buffer.of(type), version, sized(2, body)]);
    return createHmac('sha1', direction.macKey).update(said).digest();
  }

  private seal(type: number, body: Buffer): Buffer {
    const { to } = this.agreed();
    const plain = Buffer.concat([body, this.mac(to, type, body)]);
    const padding = 15 - (plain.length % 16);
    return to.cipher.update(Buffer.concat([plain, Buffer.alloc(padding + 1, padding)]));
  }

  private open(type: number, sealed: Buffer): Buffer {
    const { from } = this.agreed();
    const plain = from.cipher.update(sealed);
    const body = plain.subarray(0, plain.length - (plain.at(-1) ?? 0) - 21);
    const mac = plain.subarray(body.length, body.length + 20);
    if (!this.mac(from, type, body).equals(mac)) throw new Error('a record was changed on the way');
    return body;
  }

  private agreed() {
    if (!this.keys) throw new Error('no key was agreed on');
    return this.keys;
  }
}
