/**
 * The machine of a broker, reached over a real sshd by a login that may run the host program through sudo. Its rabbitmqctl is the
 * real one. In a mount namespace of its own it finds another node than the machine's: by rabbitmq-env.conf and the cookie.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sentAlong } from './host-failure';
import { makeLogin, type Login } from './login';
import { Sshd } from './sshd';

export interface BrokerNode {
  /** `stackward@localhost`. */
  readonly name: string;
  readonly epmdPort: number;
  readonly cookieFile: string;
}

export class BrokerHost {
  private constructor(
    private readonly sshd: Sshd,
    private readonly login: Login,
  ) {}

  static async start({ name, epmdPort, cookieFile }: BrokerNode): Promise<BrokerHost> {
    const sshd = await Sshd.start();
    const login = makeLogin('/bin/sh', [sentAlong]);
    const file = (path: string, text: string | Buffer, mode: number): string => {
      writeFileSync(join(sshd.folder, path), text, { mode });
      return join(sshd.folder, path);
    };
    const environment = file(
      'rabbitmq-env.conf',
      `NODENAME=${name}\nERL_EPMD_PORT=${epmdPort}\nERL_EPMD_ADDRESS=127.0.0.1\n`,
      0o644,
    );
    const cookie = file('cookie', readFileSync(cookieFile), 0o400);
    execFileSync('chown', ['rabbitmq:rabbitmq', cookie]);
    const enter = file(
      'enter',
      [
        '#!/bin/sh -e',
        `mount --bind ${environment} /etc/rabbitmq/rabbitmq-env.conf`,
        `mount --bind ${cookie} /var/lib/rabbitmq/.erlang.cookie`,
        `exec /usr/sbin/sshd -i -f ${join(sshd.folder, 'sshd_config')}`,
      ].join('\n'),
      0o755,
    );
    sshd.addWay('mq1', { user: login.name, lines: [`ProxyCommand unshare --mount ${enter}`] });
    return new BrokerHost(sshd, login);
  }

  /** An entry of `hosts` in stackward.yaml, for the host `mq1`. */
  get access(): object {
    return { match: 'mq1', ssh: 'mq1', sshConfig: this.sshd.configFile };
  }

  async stop(): Promise<void> {
    await this.sshd.stop();
    this.login.remove();
  }
}
