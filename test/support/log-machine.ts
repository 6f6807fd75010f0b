/**
 * A host with a real rsyslogd and logrotate of its own: file systems, folders of logs, and a network namespace. Its
 * init is neither systemd nor upstart, so that `service rsyslog restart` runs the script that Debian had for it.
 */
import { makeNamespace } from '../contract/host-network-suite';
import type { Host } from '../../lib/hosts/host';
import { FirewallMachine } from './firewall-machine';

/** The configuration of Debian 12, but with another socket than /dev/log, and without kernel messages. */
const configuration = (name: string, stopMs: number): string => `
global(localHostname="${name}" inputs.timeout.shutdown="${stopMs}")
module(load="imuxsock" SysSock.Name="/run/log.socket")
$FileOwner root
$FileGroup adm
$FileCreateMode 0640
$DirCreateMode 0755
$Umask 0022
$WorkDirectory /var/spool/rsyslog
$IncludeConfig /etc/rsyslog.d/*.conf
*.* -/var/log/syslog
`;

const script = `#!/bin/sh
pidfile=/run/rsyslogd.pid
start() { start-stop-daemon --start --quiet --pidfile $pidfile --exec /usr/sbin/rsyslogd; }
stop() { start-stop-daemon --stop --quiet --oknodo --retry=TERM/30/KILL/5 --pidfile $pidfile --exec /usr/sbin/rsyslogd; rm -f $pidfile; }
case "$1" in
  start) start ;;
  stop) stop ;;
  restart) stop; start ;;
esac
`;

export class LogMachine {
  /** The machine as a host of stackward. */
  readonly host: Host & { close(): Promise<void> };

  private constructor(
    readonly name: string,
    readonly namespace: ReturnType<typeof makeNamespace>,
    readonly machine: FirewallMachine,
  ) {
    this.host = machine.host(name);
  }

  /** @param stopMs for how long a stopping rsyslogd waits for its inputs to end; the default of rsyslogd is 1000 */
  static async start(name: string, stopMs = 1000): Promise<LogMachine> {
    const namespace = makeNamespace();
    const host = new LogMachine(name, namespace, await FirewallMachine.start(namespace.name, 'other'));
    namespace.run('ip', 'link', 'set', 'lo', 'up');
    host.shell(
      'for f in /var/log /var/spool/rsyslog /etc/rsyslog.d; do mount -t tmpfs -o mode=755 tmpfs $f; done; rm -f /etc/logrotate.d/*',
    );
    host.write('/etc/rsyslog.conf', configuration(name, stopMs));
    host.write('/etc/hosts', `127.0.0.1 localhost ${name}\n`);
    host.write('/etc/init.d/rsyslog', script);
    host.shell('chmod 755 /etc/init.d/rsyslog; service rsyslog start');
    return host;
  }

  shell(line: string): string {
    return this.machine.run('sh', '-ec', line);
  }

  write(path: string, content: string): void {
    this.machine.run('sh', '-ec', 'printf %s "$1" >"$0"', path, content);
  }

  /** True if a program accepts connections there. */
  listens(port: number): boolean {
    return this.shell('ss -Hltn').includes(`:${port} `);
  }

  async stop(): Promise<void> {
    await this.host.close();
    this.shell('service rsyslog stop');
    await this.machine.stop();
    this.namespace.remove();
  }
}
