// Ways to run OpenStack's Python programs.
import { join } from 'node:path';
import type { ConfigurationFile } from '../declaration';
import type { Lab } from '../environment';

/** A console script, named as its package names it. */
export const consoleScript = (lab: Lab, script: string, ...args: readonly string[]): string[] => [
  '/usr/bin/python3',
  join(lab.folder, 'bin', 'entry_point.py'),
  script,
  ...args,
];

/** Neutron's sections for its helpers with privileges; its code has a section per set of Linux capabilities. */
const PRIVSEP_SECTIONS = [
  'privsep',
  'privsep_conntrack',
  'privsep_dhcp_release',
  'privsep_link',
  'privsep_namespace',
  'privsep_ovs_vsctl',
];

/**
 * The environment in which an agent of Neutron starts the lab's own helpers. It stands in no configuration file, because a
 * change of such a file also starts the host's Open vSwitch anew.
 *
 * @param configFile the agent's configuration, which its helpers read too
 */
export function privsepHelpers(lab: Lab, configFile: string): Record<string, string> {
  const command = consoleScript(lab, 'privsep-helper=privsep_helper:main', `--config-file=${configFile}`).join(' ');
  return Object.fromEntries(PRIVSEP_SECTIONS.map((name) => [`OS_${name.toUpperCase()}__HELPER_COMMAND`, command]));
}

/**
 * The file from which uwsgi takes an application. oslo.log gives Python's logging a lock that is made for eventlet. When two of
 * uwsgi's threads want it at the same time, one waits for ever, and so does its caller. So the file gives logging its lock back
 * before there are threads. privsep_helper.py has no such moment, and cures the same fault in another way.
 *
 * @param factory `function` of `module`, which makes the application
 */
export const wsgiFile = (name: string, factory: { module: string; function: string }): ConfigurationFile => ({
  path: `etc/wsgi/${name}.py`,
  text: [
    'import logging',
    'import threading',
    '',
    'import garbage',
    `from ${factory.module} import ${factory.function} as make`,
    '',
    'application = make()',
    'logging._lock = threading.RLock()',
    '',
  ].join('\n'),
});

/** A WSGI application in one process. `Connection: close` spares uwsgi's HTTP socket from keeping a thread per idle client. */
export function wsgiServer(lab: Lab, name: string, port: number, threads: number, argv = ''): string[] {
  return [
    'uwsgi',
    '--plugin=python3',
    `--http-socket=127.0.0.1:${String(port)}`,
    `--pythonpath=${join(lab.folder, 'bin')}`,
    `--wsgi-file=${join(lab.folder, 'etc', 'wsgi', `${name}.py`)}`,
    '--master',
    '--processes=1',
    `--threads=${String(threads)}`,
    '--enable-threads',
    '--lazy-apps',
    '--need-app',
    '--no-orphans',
    '--die-on-term',
    '--buffer-size=65535',
    '--add-header=Connection: close',
    ...(argv ? [`--pyargv=${argv}`] : []),
  ];
}

/** The sections by which a service checks its callers' tokens. */
export const authTokenSection = (lab: Lab, user: string) => ({
  ...serviceUserSection(lab, user),
  www_authenticate_uri: lab.authUrl,
});

/** The section by which a service logs in at another one. */
export const serviceUserSection = (lab: Lab, user: string) => ({
  auth_url: lab.authUrl,
  auth_type: 'password',
  project_domain_name: 'Default',
  user_domain_name: 'Default',
  project_name: 'service',
  username: user,
  password: lab.passwords.services,
  region_name: 'RegionOne',
});
