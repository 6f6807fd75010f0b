/**
 * The environment of every program that leads to a host: ssh, `ip netns exec`, a shell of this machine.
 *
 * Stackward's own environment contains the passwords of the cloud and the database, and Terraform's variables. Root and
 * this user can read a child's environment in /proc, and ssh hands it on: to ProxyCommand, to `Match exec`, to a jump
 * host's ssh, and with `SendEnv` to the host itself. So a child gets the variables of this list and no other. A
 * ProxyCommand that needs another variable sets it itself (docs/hosts.md).
 *
 * Only Terraform gets the whole environment (adapters/terraform/program.ts), because its backend finds its credentials there.
 */
const passed: Readonly<Record<string, string>> = {
  PATH: 'where ssh, ip and sh are found, and ProxyCommand finds its own programs',
  HOME: 'known_hosts, keys and configuration of a ProxyCommand',
  USER: 'the local user, for ssh -o User=%u and for programs that ask no passwd',
  LOGNAME: 'as USER, by its POSIX name',
  SHELL: 'ssh runs ProxyCommand and Match exec in it',
  SSH_AUTH_SOCK: "the agent's socket",
  XDG_RUNTIME_DIR: 'where agents and ControlPath of a configuration keep their sockets',
  KRB5CCNAME: 'tickets, for GSSAPIAuthentication',
  KRB5_CONFIG: 'as KRB5CCNAME',
  TMPDIR: 'temporary files of what runs on this machine',
};

/** @param env of this process */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const values = Object.keys(passed).flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  // The messages of these programs are read, so they must be English.
  return { ...(Object.fromEntries(values) as NodeJS.ProcessEnv), LC_ALL: 'C' };
}
