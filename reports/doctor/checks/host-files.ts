import { count } from '../../../lib/render/text';
import type { InterfacesFault, InterfacesFaultCode } from '../../../lib/interfaces/file';
import type { HostFiles, ReadInterfaces, ReadScript } from '../../host-files';
import { untried } from '../../looked';
import type { HostWithFiles } from '../../sources';
import { defineCheck, judgeLooked, notLookedAt, type Result, type Trouble } from '../check';
import { noHostNamed } from './words';

const results: Readonly<Record<InterfacesFaultCode, Trouble['result']>> = {
  'refused file': 'fault',
  'byte order mark': 'fault',
  'odd blank': 'fault',
  comment: 'fault',
  'line ends': 'risk',
};

const lineOf = ({ line, column, message }: InterfacesFault): string => `line ${line}, column ${column}: ${message}`;

function ofInterfaces(host: string, { path, file }: ReadInterfaces): readonly Result[] {
  const subject = `${path} on ${host}`;
  return judgeLooked(subject, file, ({ faults }): readonly Trouble[] => {
    if (faults.length === 0) return [];
    const isFault = faults.some(({ code }) => results[code] === 'fault');
    return [
      {
        result: isFault ? 'fault' : 'risk',
        subject,
        found: isFault
          ? `ifup reads ${count(faults.length, 'line')} of it otherwise than it looks.`
          : 'Its line ends are not those of Unix.',
        evidence: faults.toSorted((a, b) => a.line - b.line).map(lineOf),
        step: 'Correct these lines. Then let `ifquery --list --all` and `ifquery INTERFACE` show what ifup reads, before anybody restarts the network.',
      },
    ];
  });
}

function ofScript(host: string, { path, head }: ReadScript): readonly Result[] {
  const subject = `${path} on ${host}`;
  return judgeLooked(subject, head, (bytes) => ofHead(subject, bytes));
}

/** The kernel takes the carriage return for a part of the interpreter's name. */
function ofHead(subject: string, head: string): readonly Trouble[] {
  const hasMark = head.startsWith('\u00ef\u00bb\u00bf#!');
  const end = head.indexOf('\r\n');
  if ((!hasMark && !head.startsWith('#!')) || (!hasMark && end < 0)) return [];
  const line = head.slice(0, end).split('\n').length;
  const column = end - head.lastIndexOf('\n', end - 1);
  const place = hasMark
    ? 'line 1, column 1: a byte order mark is before "#!", so the kernel finds no interpreter'
    : `line ${line}, column ${column}: the line ends with CRLF${line === 1 ? ', so the kernel looks for an interpreter with a carriage return in its name' : ''}`;
  return [
    {
      result: 'fault',
      subject,
      found: 'It is a script that does not run: "not found" or "bad interpreter" is what a shell says of it.',
      evidence: [place],
      step: 'Save it as UTF-8 with LF and without a byte order mark, such as by `sed -i "s/\\r$//"`.',
    },
  ];
}

function judgeHost(host: string, { interfaces, scripts, missed }: HostFiles): readonly Result[] {
  const results = [
    ...interfaces.flatMap((file) => ofInterfaces(host, file)),
    ...scripts.flatMap((script) => ofScript(host, script)),
    ...missed.map(({ what, look }) => notLookedAt(`${what} on ${host}`, look)),
  ];
  const files = interfaces.filter(({ file }) => file.isRead).length;
  const programs = scripts.filter(({ head }) => head.isRead).length;
  if (files === 0 || results.some(({ result }) => result !== 'not looked at')) return results;
  const rest = results.length === 0 ? '' : `; ${results.length} not looked at`;
  const found = `ifup reads as it looks: ${count(files, 'file')}, ${count(programs, 'script')}${rest}`;
  return [{ result: 'fine', subject: `interfaces on ${host}`, found }, ...results];
}

export const judgeHostFiles = (hosts: readonly HostWithFiles[]): readonly Result[] =>
  hosts.length === 0
    ? [notLookedAt('hosts', untried(noHostNamed))]
    : hosts.flatMap(({ host, files }) => judgeLooked(`host ${host}`, files, (read) => judgeHost(host, read)));

export const hostFiles = defineCheck<readonly HostWithFiles[]>({
  code: 'SW-7001',
  title: 'ifup reads a file of interfaces, or a script of it, otherwise than it looks',
  needs: ['hosts'],
  isOfHosts: true,
  read: (sources) => sources.hostFiles(),
  judge: judgeHostFiles,
  page: {
    means:
      'In /etc/network/interfaces, or in a file of interfaces.d, a comment follows other words in a line, a blank is not ASCII, the file begins with a byte order mark, or its lines end with CRLF. ifup then reads "# uplink" as a part of an address, or refuses the whole file: at the next start of the host the interfaces stay down. A script of ifupdown with CRLF "does not exist".',
    evidence:
      'Line and column of each place, and how ifup reads it. doctor also looks at the first 512 bytes of each script in /etc/network/if-*.d, and of scripts whose whole path follows `up`, `down` and similar words. Folders and files that the host refused, and files beyond the first 200, are not looked at.',
    alike:
      'A wrong address, netmask or gateway is well-formed, and this check does not know what is right. Hosts with netplan, NetworkManager or systemd-networkd have no such file, and are not looked at.',
    step: 'Correct the line, and let `ifquery INTERFACE` show what ifup reads. Nothing has to be restarted: the file is read the next time.',
    never:
      'Do not run `ifdown` or restart the network to try it, on a host that you reach by that interface or that carries customers’ traffic.',
  },
});
