import { hasRules, type OwnPlaces, type OwnThings } from '../../own-things';
import { defineCheck, type Result } from '../check';
import { judgeHosts, unreadFiles } from './own-hosts';

function judge(host: string, { stored, boot }: OwnThings): readonly Result[] {
  // If any exception is stored, all files get the same answer, even those that could not be read.
  if (!stored.some(({ content }) => content.isRead && hasRules(content.value))) return unreadFiles(host, stored);
  const subject = `start of ${host}`;
  if (boot.init === 'other')
    return [
      {
        result: 'risk',
        subject,
        found: 'Neither systemd nor upstart starts this host, so its exceptions do not come back by themselves.',
        evidence: ['the host program finds no /run/systemd/system and no initctl'],
        step: 'Run `stackward apply` after each start, or have the init run what docs/kinds/boot-restore.md says.',
      },
    ];
  const wrong = boot.files.flatMap(({ path, now, right, isOurs }) => {
    if (right === null || now?.sha256 === right.sha256) return [];
    if (now === null) return [`${path} is missing`];
    return [`${path} ${isOurs ? 'is not as this stackward writes it' : 'is somebody else’s'}`];
  });
  if (wrong.length === 0)
    return [{ result: 'fine', subject, found: `${boot.init} puts the exceptions back before the agent starts` }];
  return [
    {
      result: 'fault',
      subject,
      found: 'When this host starts again, nothing puts its exceptions back, or not as it should.',
      evidence: wrong,
      step: 'Run `stackward plan` for the code that has the exceptions (its kind boot-restore shows the files), then apply. A file of somebody else is moved away first.',
    },
  ];
}

export const restoreAtBoot = defineCheck<OwnPlaces>({
  code: 'SW-8004',
  title: 'exceptions would not come back when a host starts',
  needs: ['hosts'],
  isOfHosts: true,
  read: (sources) => sources.ownThings(),
  judge: (own) => judgeHosts(own, judge, 'no exceptions are stored'),
  page: {
    means:
      'The host has stored exceptions, but the files that should restore them at its next start are missing or changed, or its init system does not know them. The exceptions are in force now, and will not be after a restart.',
    evidence:
      'The files that the host program would write for this init system, and which of them are missing or differ: the unit or job, the drop-in that starts it, and the program that it runs.',
    alike:
      'A host that an older release of stackward set up: its files differ until the next apply, and may still work.',
    step: 'Plan and apply the code that has the exceptions.',
    never: 'Do not restart the host before this is mended: its UTMs lose their transit until the next apply.',
  },
});
