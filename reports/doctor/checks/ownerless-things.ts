import { chainsOf } from '../../../lib/iptables/ruleset';
import { count } from '../../../lib/render/text';
import { families, markOfChain, type OwnPlaces, type OwnThings } from '../../own-things';
import { defineCheck, type Result, type Trouble } from '../check';
import { judgeHosts, unreadFiles } from './own-hosts';

const trouble = (host: string, found: string, evidence: readonly string[], step: string): Trouble => ({
  result: 'risk',
  subject: `things without an owner on ${host}`,
  found,
  evidence,
  step,
});

/** Chains with stackward's name that no stored file belongs to. */
function strayChains({ tables, stored }: OwnThings): readonly string[] {
  return families.flatMap((family) =>
    [...chainsOf(tables[family].ruleset)].flatMap((named) => {
      const mark = markOfChain(named.split(' ')[1] ?? '');
      const isStored = stored.some((file) => file.family === family && file.mark === mark);
      return mark === undefined || isStored ? [] : [`IPv${family}: ${named}`];
    }),
  );
}

function judge(host: string, things: OwnThings): readonly Result[] {
  const files = [...things.stored, ...things.records];
  const faulty = files.flatMap(({ path, content }) =>
    content.isRead && content.value.fault !== undefined ? [`${path}: ${content.value.fault}`] : [],
  );
  const stray = strayChains(things);
  const results = [
    ...(faulty.length === 0
      ? []
      : [
          trouble(
            host,
            `${count(faulty.length, 'file')} of stackward’s name ${faulty.length === 1 ? 'tells' : 'tell'} no owner that could be theirs.`,
            faulty,
            'Put back the file that was there from a backup; or, where nobody misses it, move it away. Until then plan stops at it.',
          ),
        ]),
    ...(stray.length === 0
      ? []
      : [
          trouble(
            host,
            `${count(stray.length, 'chain')} of stackward’s name ${stray.length === 1 ? 'has' : 'have'} no stored file that tells whose ${stray.length === 1 ? 'it is' : 'they are'}.`,
            stray,
            'Read the comments of the rules (`iptables -S CHAIN`), which name the construct. Plan and apply the code of its owner: that stores the rules anew, or removes them.',
          ),
        ]),
    ...unreadFiles(host, files),
  ];
  if (results.length > 0 || files.length === 0) return results;
  return [{ result: 'fine', subject: `things of stackward on ${host}`, found: `${count(files.length, 'file')}, each with its owner` }]; // prettier-ignore
}

export const ownerlessThings = defineCheck<OwnPlaces>({
  code: 'SW-8002',
  title: 'something of stackward on a host has no owner',
  needs: ['hosts'],
  isOfHosts: true,
  read: (sources) => sources.ownThings(),
  judge: (own) => judgeHosts(own, judge, 'nothing of stackward is there'),
  page: {
    means:
      'A record or a stored file in the state folder names no owner, or an owner that contradicts the file’s name; or a chain named `stackward-…` is in force without a stored file, which would name its owner. No plan changes such a thing, and a chain without a file does not come back when the host starts.',
    evidence: 'The file and what is wrong with it; the chain with its table.',
    alike: 'If stackward.yaml names another state folder (`stateFolder`), every chain seems to have no file.',
    step: 'Find out who owns it: comments of rules and entries of records name the construct. Then plan and apply that code.',
    never:
      'Do not delete a chain while a jump leads to it, nor edit a record by hand: the things in it then count as somebody else’s.',
  },
});
