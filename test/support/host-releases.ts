/** Host programs of earlier releases, played with the program of this one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const hostSource = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');

/** Text of a program of version 2, which has no verb `clock`. */
export function programOfVersion2(): string {
  const text = hostSource.replace(/^ +'clock': .*\n/m, '').replace(/^VERSION = .*$/m, 'VERSION = 2');
  if (text.split('\n').length !== hostSource.split('\n').length - 1) throw new Error('the program has no verb "clock"');
  return text;
}
