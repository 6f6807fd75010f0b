/** The files of a host that boot-restore foresees once its steps are done. */
import type { HostBoot } from '../../lib/hosts/host';
import { bootRestore } from '../../reconcilers/boot-restore';

type BootFile = HostBoot['files'][number];
const now = { lines: 1, sha256: 'now' };
const right = { lines: 2, sha256: 'right' };
const step = { id: 'a', action: 'update', subject: '', changes: [], because: '' } as const;

function after(file: Pick<BootFile, 'isOurs' | 'now' | 'right'>, wanted: boolean): Partial<BootFile> | undefined {
  const boot: HostBoot = { init: 'systemd', seen: 'digest', files: [{ path: '/unit', ...file }] };
  const host = { host: 'cnode01', stateFolder: '/state', runsContainers: [], storedFor: [], storedByOthers: 0 };
  const advanced = bootRestore.advance({ ...host, boot }, [{ ...step, wanted }]).boot;
  expect(advanced.seen).toBe('digest');
  return advanced.files[0];
}

test.each([true, false])("somebody else's file at a place where nothing is to be stays (unit wanted: %s)", (wanted) => {
  expect(after({ isOurs: false, now, right: null }, wanted)).toMatchObject({ isOurs: false, now });
});

test('our file at a place where nothing is to be any more goes', () => {
  expect(after({ isOurs: true, now, right: null }, true)).toMatchObject({ isOurs: false, now: null });
});

test('a wanted file is as it is to be, and ours; without the unit it goes', () => {
  expect(after({ isOurs: false, now: null, right }, true)).toMatchObject({ isOurs: true, now: right });
  expect(after({ isOurs: true, now, right }, false)).toMatchObject({ isOurs: false, now: null });
});
