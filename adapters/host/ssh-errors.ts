/** Each failure of OpenSSH to reach a host as one sentence with the next step. */
import { defined } from '../../lib/basics/defined';
import { TransientError, UnrecoverableError, type Matter, type StackwardError } from '../../lib/basics/errors';
import { firstWords } from './host-errors';

/** The exit code of ssh's own failures; any other code is the remote command's. */
export const sshFailed = 255;

/**
 * Fixed messages of OpenSSH's client, and of the C library in the C locale, because ssh uses one exit code for all
 * failures.
 */
const known: readonly (readonly [RegExp, string, Matter?])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed|HOST IDENTIFICATION/i,
    "its host key is not the one in known_hosts: somebody may stand in between; compare the host's key over another way, and only then replace the line",
  ],
  [
    /No \S+ host key is known|Host key verification failed/,
    'its host key is not in known_hosts; compare it with `ssh-keygen -lf` on the host itself, then add it, or log in once by hand',
  ],
  [
    /Could not resolve hostname/,
    'its name has no address; correct the name, or add HostName to the ssh configuration',
    'address',
  ],
  [
    /Permission denied \(/,
    'it lets this login not in; check User and IdentityFile of the ssh configuration, the agent, and authorized_keys on the host',
    'login',
  ],
  [
    /Too many authentication failures/,
    'it was offered too many keys; set IdentitiesOnly and IdentityFile for it',
    'login',
  ],
  [
    /Unable to negotiate/,
    'it is too old for this OpenSSH: allow its algorithms only for this host in the ssh configuration (KexAlgorithms, HostKeyAlgorithms)',
  ],
  [/Can't open user config file/, 'the file that "sshConfig" of stackward.yaml names can\'t be read; correct its path'],
  [/Bad configuration option|terminating, \d+ bad configuration/, 'the ssh configuration is wrong; correct it'],
];

const passing: readonly (readonly [RegExp, string])[] = [
  [
    /Connection refused/,
    'nothing listens on its ssh port, or a firewall rejects it; start sshd there, or correct HostName and Port',
  ],
  [/timed out|Timeout, server/i, 'it does not answer in time: a firewall drops the packets, or the host is down'],
  [/No route to host|Network is unreachable/, 'there is no route to it; check the network from this machine'],
  [
    /Connection (closed|reset)|closed by remote host|banner exchange|kex_exchange_identification|Broken pipe/,
    'it closed the connection; look at its sshd log (MaxStartups, AllowUsers, an access list)',
  ],
];

/** The failure came before there was a connection, so the host got no request. */
export function connectError(code: number | null, stderr: string, host: string): StackwardError {
  const where = `host:${host}`;
  const words = firstWords(stderr.replace(/^@.*$/gm, ''));
  if (code !== null && code !== sshFailed)
    return new UnrecoverableError(
      `its login shell ended by itself with code ${code} (${words}); give the login a shell, and no forced command`,
      { where },
    );
  const find = (list: typeof known) => list.find(([text]) => text.test(stderr));
  const [, final, about] = find(known) ?? [];
  if (final !== undefined) return new UnrecoverableError(`${final} (ssh: ${words})`, { where, ...defined({ about }) });
  const silent = 'it gave the login no session, and said nothing; look at its sshd log (MaxSessions must not be 0)';
  const detail = find(passing)?.[1] ?? (words === '' ? silent : 'ssh could not connect');
  return new TransientError(`${detail} (ssh: ${words || 'it said nothing'})`, { where });
}
