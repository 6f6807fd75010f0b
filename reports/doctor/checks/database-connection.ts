import type { ConnectTrouble } from '../../../lib/contract/report-ports';
import { untried } from '../../looked';
import type { ProbedDatabase } from '../../sources';
import { defineCheck, notLookedAt, type Result } from '../check';

interface Words {
  readonly found: string;
  readonly step: string;
}

/** Each with the words of the report and of its page. */
export const troubles: Readonly<Record<ConnectTrouble, Words>> = {
  name: {
    found: 'The name of the server has no address.',
    step: 'Correct `host` of this database in stackward.yaml, or mend DNS or /etc/hosts here.',
  },
  refused: {
    found: 'The host answers, and nothing listens on this port.',
    step: 'Look on the database host whether the server runs, and on which address (`ss -ltn`; `bind_address` may be 127.0.0.1).',
  },
  filtered: {
    found: 'The connection gets no answer at all: packets are dropped on the way, or the host is down.',
    step: 'Ping the host. Where it answers, a packet filter or an ACL between here and it drops the port: ask for it to be opened.',
  },
  'no route': {
    found: 'There is no route to the host.',
    step: 'Look at the routes of this machine (`ip route get ADDRESS`) and at the interface that leads there.',
  },
  'no greeting': {
    found: 'The connection is accepted, and no greeting of a MySQL server comes.',
    step: 'Look at what stands between: an ACL that lets connections begin and drops what follows, or a proxy (HAProxy) without a live server behind it. Then look at the error log of the server.',
  },
  'host not allowed': {
    found: 'The server answers, and has no account that may log in from this machine (error 1130).',
    step: 'On the server: see from which hosts the account may log in (`SELECT user, host FROM mysql.user`), and create it for this machine.',
  },
  'host blocked': {
    found: 'The server has blocked this machine after too many broken connections (error 1129).',
    step: 'On the server: `FLUSH HOSTS`. Then find what connects without logging in: a port check of a load balancer does.',
  },
  'too many connections': {
    found: 'The server, or this account, has no connection left (errors 1040, 1203, 1226).',
    step: 'On the server: `SHOW PROCESSLIST` tells who holds them. Raise the limit only when you know who.',
  },
  TLS: {
    found: 'The server and this side do not agree on TLS.',
    step: 'Read the evidence: it names the certificate, the CA or the version. Correct `tls` of this database, or the server.',
  },
  password: {
    found: 'The server answers, and refuses user and password (error 1045).',
    step: 'Check where the password comes from, and for which client host the account is. The server tells both by one number.',
  },
  schema: {
    found: 'The login is right, and the schema is not there or not for this account (errors 1049, 1044).',
    step: 'Correct `schema` of this database, or grant what docs/database-grants.md lists.',
  },
  'slow login': {
    found: 'The server greets, and does not end the login in time.',
    step: 'Look at the load of the server, and whether it looks up the names of clients (`skip_name_resolve`) by a DNS that does not answer.',
  },
  other: {
    found: 'The login failed for another reason.',
    step: 'Read the evidence, and the error log of the server.',
  },
};

function judgeOne({ name, place, user, connection }: ProbedDatabase): Result {
  const subject = `database ${name}`;
  if (!connection.isRead) return notLookedAt(subject, connection);
  const { value } = connection;
  if (value.isOpen) return { result: 'fine', subject, found: `${user} logs in at ${place}, ${value.version}` };
  const { found, step } = troubles[value.trouble];
  return {
    result: 'fault',
    subject,
    found,
    step,
    evidence: [`${user} at ${place}, from this machine`, value.detail],
  };
}

export const databaseConnection = defineCheck<readonly ProbedDatabase[]>({
  code: 'SW-3001',
  title: 'a database can’t be used from here',
  needs: ['a database'],
  read: (sources) => sources.databases(),
  judge: (databases) =>
    databases.length === 0 ? [notLookedAt('databases', untried('stackward.yaml names none'))] : databases.map(judgeOne),
  page: {
    means:
      'One whole login from this machine, as stackward does it. The causes are told apart by how far the login came, and by the number of the server: all of them have the same SQLSTATE. The table below has each.',
    evidence: 'The server’s own number and words, or the stage at which the connection failed.',
    alike:
      '"Lost connection … reading initial communication packet, system error: 110" is "no greeting" here. It was a firewall’s ACL in the case that this check is made for. A service on a controller may fail where this machine does not: this check looks from this machine alone.',
    step: 'The table below has one for each cause.',
    never:
      'Do not raise `max_connect_errors` or `max_connections` before you know who uses the connections up. Do not open the account for `%`.',
  },
});
