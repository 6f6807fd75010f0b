/** The laws of kinds for settings of Horizon, which the host's own Python reads and writes. */
import { serviceOption } from '../../reconcilers/service-option';
import { anyOf } from '../support/moments';
import { findPython2 } from '../support/python2';
import { SettingsHost, settingsFile } from '../support/settings-host';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

const python2 = findPython2('the laws of settings in Python');
const interpreters = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];

const start = `# -*- coding: utf-8 -*-
# The site's own: \u00e9t\u00e9
import os
DEBUG = True  # a word
TEMPLATE_DEBUG = DEBUG
OPENSTACK_NEUTRON_NETWORK = {
    'enable_router': True,  # 'enable_vpn': True
}
SECRET_KEY = 'kept to itself'
`;
const lines: Readonly<Record<Thing, string>> = {
  first: 'DEBUG = False  # a word',
  second: "OPENSTACK_NEUTRON_NETWORK['enable_vpn'] = False",
};

async function make(python: string): Promise<KindWorld> {
  const host = await SettingsHost.start(python);
  host.write(settingsFile, start);
  const common = { service: 'horizon', hosts: ['ctl1'], reason: 'tests' };
  const change = (thing: Thing): void => {
    const text = host.read();
    const another = thing === 'first' ? "DEBUG = 'maybe'  # a word" : "OPENSTACK_NEUTRON_NETWORK['enable_vpn'] = None";
    if (text.includes(lines[thing])) host.write(settingsFile, text.replace(lines[thing], another));
    else if (thing === 'first') host.write(settingsFile, text.replace('DEBUG = True  # a word', another));
    else host.write(settingsFile, text.replace('SECRET_KEY', `${another}\nSECRET_KEY`));
  };
  return {
    readers: host.readers,
    writers: host.writers,
    specs: {
      first: { ...common, option: 'DEBUG', value: false },
      second: { ...common, option: 'OPENSTACK_NEUTRON_NETWORK.enable_vpn', value: false },
    },
    third: { ...common, option: 'TIME_ZONE', value: 'Asia/Seoul' },
    state: () => [host.read(), host.records()],
    isThere: (thing) => host.read().split('\n').includes(lines[thing]),
    drift: change,
    meddle: change,
    decoys: () =>
      host.read().replace(/^(DEBUG = .*|.*\['enable_vpn'\] = .*|TIME_ZONE = .*|# Settings that stackward .*|)\n/gm, ''),
    remove: () => host.remove(),
  };
}

describe.each(anyOf(interpreters))('a setting that %s reads', (python) => {
  kindSuite(serviceOption, () => make(python), { unit: 'target', failsAlone: true, whenRemoved: 'goes' });
});
