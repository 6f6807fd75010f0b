import type { HostFacts } from '../../../lib/hosts/host';
import { untried } from '../../looked';
import type { ReachedHost } from '../../sources';
import { defineCheck, notLookedAt, type Result } from '../check';
import { noHostNamed } from '../checks/words';

function judgeHost({ host, facts }: ReachedHost): Result {
  const subject = `host ${host}`;
  if (!facts.isRead)
    return {
      result: 'fault',
      subject,
      found: 'It can’t be reached.',
      evidence: [facts.why],
      step: 'Try the same login by hand, and correct "hosts" in stackward.yaml.',
    };
  const { uid, python, installed, tools }: HostFacts = facts.value;
  const said = `Python ${python}, user id ${uid}, host program ${installed ? 'installed' : 'sent along'}`;
  const missing = ['iptables-save', 'iptables-restore'].filter((tool) => tools[tool] === null);
  if (uid === 0 && missing.length === 0) return { result: 'fine', subject, found: said };
  const lacks = [...(uid === 0 ? [] : ['it does not run as root']), ...missing.map((tool) => `it finds no ${tool}`)];
  return {
    result: 'risk',
    subject,
    evidence: [said],
    found: `The host program answers, and ${lacks.join(', and ')}.`,
    step: 'See docs/hosts.md for the login and the sudo rule that it needs. A controller without a packet filter needs no iptables: acknowledge it there.',
  };
}

export const hosts = defineCheck<readonly ReachedHost[]>({
  code: 'SW-9004',
  title: 'a host can’t be reached, or gives too few rights',
  needs: ['hosts'],
  isOfHosts: true,
  read: (sources) => sources.reachedHosts(),
  judge: (reached) => (reached.length === 0 ? [notLookedAt('hosts', untried(noHostNamed))] : reached.map(judgeHost)),
  page: {
    means:
      'The login fails; or it works, and the host program lacks root or a tool that the kinds on hosts need. Hosts that stackward.yaml matches only by a pattern are not looked at.',
    evidence: 'What the host program says of itself: Python, user id, tools.',
    alike: 'A host whose name resolves to another address here than on the controllers.',
    step: 'Follow docs/hosts.md, which has the login and the sudo rule.',
    never: 'Do not open a root login by password for it.',
  },
});
