/** Texts for each cause why a database can't be reached, from any machine: for SW-3001, SW-3002 and their page. */
import type { ConnectTrouble } from '../../../lib/contract/report-ports';

export interface Words {
  readonly found: string;
  readonly step: string;
}

/** `{here}` is replaced by the machine that connects. */
export const troubles: Readonly<Record<ConnectTrouble, Words>> = {
  name: {
    found: 'The name of the server has no address.',
    step: 'Correct `host` of this database in stackward.yaml, or mend DNS or /etc/hosts on {here}.',
  },
  refused: {
    found: 'The host answers, and nothing listens on this port.',
    step: 'Look on the database host whether the server runs, and on which address (`ss -ltn`; `bind_address` may be 127.0.0.1).',
  },
  filtered: {
    found: 'The connection gets no answer at all: packets are dropped on the way, or the host is down.',
    step: 'Ping the host. Where it answers, a packet filter or an ACL between {here} and it drops the port: ask for it to be opened.',
  },
  'no route': {
    found: 'There is no route to the host.',
    step: 'Look at the routes of {here} (`ip route get ADDRESS`) and at the interface that leads there.',
  },
  'no greeting': {
    found: 'The connection is accepted, and no greeting of a MySQL server comes.',
    step: 'Look at what stands between: an ACL that lets connections begin and drops what follows, or a proxy (HAProxy) without a live server behind it. Then look at the error log of the server.',
  },
  'no MySQL': {
    found: 'The port speaks, but no MySQL.',
    step: 'Correct `host` and `port` of this database in stackward.yaml, or look on that host which process holds the port (`ss -ltnp`).',
  },
  'host not allowed': {
    found: 'The server answers, and has no account that may log in from {here} (error 1130).',
    step: 'On the server: see from which hosts the account may log in (`SELECT user, host FROM mysql.user`), and create it for {here}.',
  },
  'host blocked': {
    found: 'The server has blocked {here} after too many broken connections (error 1129).',
    step: 'On the server: `FLUSH HOSTS`. Then find what connects without logging in: a port check of a load balancer does.',
  },
  'too many connections': {
    found: 'The server, or this account, has no connection left (errors 1040, 1203, 1226).',
    step: 'On the server: `SHOW PROCESSLIST` tells who holds them. Raise the limit only when you know who.',
  },
  TLS: {
    found: 'The server and {here} do not agree on TLS.',
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

const fill = (text: string, here: string): string => text.replaceAll('{here}', here);

export const wordsFrom = (here: string, trouble: ConnectTrouble): Words => ({
  found: fill(troubles[trouble].found, here),
  step: fill(troubles[trouble].step, here),
});
