/** What becomes of a record of a setting of Horizon when its file is not among those that Horizon reads now. */
import type { ObservedSettings, OptionObserved } from '../../reconcilers/service-option/model';
import { unreadNotes } from '../../reconcilers/service-option/option/in-force';
import { python } from '../../reconcilers/service-option/option/python';

const main = '/etc/openstack-dashboard/local_settings.py';
const snippet = '/etc/openstack-dashboard/local_settings.d/_10_site.py';
const about = { service: 'horizon', section: '', name: 'DEBUG' };
const recordedIn = (path: string) => ({ before: [], written: [{ path, section: '', line: 1, text: 'False' }] });

const siteOf = (settings: ObservedSettings): OptionObserved => ({
  records: new Map(),
  others: new Map(),
  services: [],
  now: new Date(0),
  files: new Map(),
  described: new Map(),
  undescribed: new Map(),
  gone: new Set(),
  settings,
});
const told = { realPath: main, managers: [], writtenAt: new Date(0) };
const read = { is: 'read', path: main, files: new Map([[main, told]]) } as const;
const hidden = { path: snippet, line: 1, is: 'unread', why: 'it has an error' } as const;

test.each<[string, string, ObservedSettings, RegExp]>([
  [
    'nobody can look at the settings',
    main,
    { is: 'unread', path: main, why: 'it has an error' },
    /it has an error; let/,
  ],
  ['a snippet lacks the settings beside it', snippet, { is: 'absent' }, /put an empty local_settings\.py there/],
  [
    'nobody can look at a snippet',
    snippet,
    { ...read, says: new Map([['DEBUG', [hidden, { path: main, line: 2, is: 'computed' }]]]) },
    /written to .*_10_site\.py, which can't be looked at: it has an error/,
  ],
])('a record is not given up where %s', (_, path, settings, why) => {
  expect(() => python.refuseUnseen(about, recordedIn(path), siteOf(settings))).toThrow(why);
});

test.each<[string, string, ObservedSettings]>([
  ['the settings file is gone', main, { is: 'absent' }],
  ['the snippet is none that Horizon reads', snippet, { ...read, says: new Map() }],
])('a record is given up with a note where %s', (_, path, settings) => {
  const site = siteOf(settings);
  python.refuseUnseen(about, recordedIn(path), site);
  expect(unreadNotes(about, recordedIn(path), site)).toEqual([
    `horizon reads ${path} no more: its lines stay as they are`,
  ]);
});

test('a file that Horizon reads keeps no record from going', () => {
  const site = siteOf({ ...read, says: new Map() });
  python.refuseUnseen(about, recordedIn(main), site);
  expect(unreadNotes(about, recordedIn(main), site)).toEqual([]);
});
