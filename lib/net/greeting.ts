/**
 * Recognizes a server by the first bytes that it sends: a MySQL server, or another. Pure.
 *
 * A server of MySQL sends 3 bytes of length, one of sequence, then `\x0a10.11.6-MariaDB\x00…` (protocol version 10). If
 * it refuses at once, it sends `\xff`, the error number in two bytes, since 4.1 `#` and five characters of SQLSTATE,
 * and the message.
 */
export type Greeting =
  | { readonly is: 'MySQL'; readonly version: string }
  | { readonly is: 'refusal'; readonly errno: number; readonly message: string }
  /** @property like such as `SSH ("SSH-2.0-OpenSSH_9.2")` */
  | { readonly is: 'other'; readonly like: string }
  /** Too few bytes to decide. */
  | { readonly is: 'part' };

/** Every greeting or refusal of a MySQL server is shorter. */
const longest = 1024;
const shownCharacters = 60;

/* eslint-disable no-control-regex -- binary protocols begin with such bytes */
const protocols: readonly (readonly [RegExp, string])[] = [
  [/^SSH-/, 'SSH'],
  [/^(HTTP\/|<!doctype|<html)/i, 'HTTP'],
  [/^[\u{15}\u{16}]\u{3}/u, 'TLS'],
  // The port 33060 of MySQL 5.7 and later sends this.
  [/^\u{5}\0\0\0\u{b}/u, 'the X protocol of MySQL, which is another port'],
  [/^AMQP/, 'AMQP, as RabbitMQ speaks it'],
  [/^RFB /, 'VNC'],
  [/^220[ \r-]/, 'SMTP or FTP'],
  [/^(\* OK|\+OK)/, 'IMAP or POP3'],
  [/^-(ERR|DENIED)/, 'Redis'],
];
/* eslint-enable no-control-regex */

export function greetingOf(bytes: Buffer): Greeting {
  if (bytes.length < 5) return { is: 'part' };
  const length = bytes.readUIntLE(0, 3);
  const payload = bytes.subarray(4, 4 + length);
  const text = payload.subarray(1).toString('latin1');
  const isShort = length > 0 && length <= longest;
  const [, version] = /^([ -~]{1,100})\0/.exec(text) ?? [];
  if (isShort && (payload[0] === 9 || payload[0] === 10) && version !== undefined) return { is: 'MySQL', version };
  if (isShort && payload[0] === 0xff && payload.length >= 3)
    return {
      is: 'refusal',
      errno: payload.readUInt16LE(1),
      message: payload
        .subarray(3)
        .toString('utf8')
        .replace(/^#[0-9A-Z]{5}/, ''),
    };
  return { is: 'other', like: likeOf(bytes.toString('latin1')) };
}

function likeOf(text: string): string {
  const known = protocols.find(([form]) => form.test(text))?.[1];
  const line = text.split(/[\r\n]/)[0] ?? '';
  const isReadable = /^[ -~]{3,}$/.test(line);
  const shown = isReadable ? JSON.stringify(line.slice(0, shownCharacters)) : '';
  if (known === undefined) return isReadable ? shown : 'nothing that stackward knows';
  return isReadable ? `${known} (${shown})` : known;
}
