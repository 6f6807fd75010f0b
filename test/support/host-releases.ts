/** Plays host programs of earlier releases by means of the present program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const hostSource = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');

/** Verbs of version 3 and later. */
export const laterVerbs = [
  'clock',
  'knock',
  'service-processes',
  'contained-services',
  'listeners',
  'read-config',
  'read-interfaces',
  'log-errors',
  'find-in-log',
  'log-start',
  'boot-log',
  'registered-options',
  'log-files',
  'log-texts',
  'swap-log-files',
  'read-settings',
  'swap-settings',
  'described-options',
  'check-config',
  'restart-unit',
  'switch-plugins',
  'serve-throughput',
  'measure-throughput',
] as const;

/** Text of a program of version 2, which has none of the later verbs. */
export function programOfVersion2(): string {
  let text = hostSource.replace(/^VERSION = .*$/m, 'VERSION = 2');
  for (const verb of laterVerbs) {
    const without = text.replace(new RegExp(`^ +'${verb}': .*\n`, 'm'), '');
    if (without === text) throw new Error(`the program has no verb "${verb}" in a line of its own`);
    text = without;
  }
  return text;
}
