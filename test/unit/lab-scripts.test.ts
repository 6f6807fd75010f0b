import { scriptsOf } from '../../lab/files';
import type { Lab } from '../../lab/environment';
import { consoleScript, privsepHelpers, wsgiServer } from '../../lab/stack/python';

const lab = { folder: '/lab' } as Lab;
const namesOf = (command: readonly string[], environment = {}) =>
  scriptsOf({ command, environment }).map(({ path }) => path);

test('a service depends on the scripts of the lab that it runs, so a change of them starts it anew', () => {
  expect(namesOf(consoleScript(lab, 'neutron-server=neutron_server:main'))).toEqual([
    'bin/entry_point.py',
    'bin/neutron_server.py',
    'bin/garbage.py',
  ]);
  expect(namesOf(consoleScript(lab, 'nova-compute=nova.cmd.compute:main'))).toEqual([
    'bin/entry_point.py',
    'bin/garbage.py',
  ]);
  expect(namesOf(wsgiServer(lab, 'keystone', 15000, 8))).toEqual(['bin/garbage.py']);
  expect(namesOf(['mariadbd', '--no-defaults'])).toEqual([]);
  expect(namesOf(consoleScript(lab, 'neutron-l3-agent=l3:main'), privsepHelpers(lab, '/lab/l3.conf'))).toEqual([
    'bin/entry_point.py',
    'bin/privsep_helper.py',
    'bin/garbage.py',
  ]);
});
