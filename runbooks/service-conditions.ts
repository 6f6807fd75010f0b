/** The preconditions of restarting a service of the control plane on a host. */
import { count } from '../lib/render/text';
import { fails, holds } from './precondition';
import type { Precondition } from './runbook';
import type { ServiceUnit, Site } from './service-sites';

/** The service can be restarted there: it has a unit of its own, and can read its files. */
export function restartable(service: string, site: Site): readonly Precondition[] {
  const { host } = site;
  if (site.is === 'not looked at')
    return [{ is: 'not looked at', said: `${host} could not be looked at, and ${service} may be down there: ${site.why}` }]; // prettier-ignore
  if (site.is === 'down') return [fails(`${site.unit} is down on ${host}; start it there first: \`systemctl start ${site.unit}\``)]; // prettier-ignore
  if (site.is === 'none') return [fails(`${service} does not run on ${host}; leave out --host, or see \`stackward where ${service} --host ${host}\``)]; // prettier-ignore
  return [
    ...site.apart.map((why) => fails(`${service} on ${host} can't be restarted by a unit of its own: ${why}; do it by hand`)), // prettier-ignore
    ...site.units.flatMap((unit) => [holds(`${unit.unit} runs on ${host}`), parses(unit)]),
  ];
}

function parses({ host, files, unread }: ServiceUnit): Precondition {
  const [fault] = files.flatMap((file) => file.faults);
  if (fault !== undefined)
    return fails(`it would not start again on ${host}: ${fault.path}, line ${fault.line}: ${fault.message}; mend that first`); // prettier-ignore
  const [why] = unread;
  if (why !== undefined) return { is: 'not looked at', said: `its configuration on ${host} could not be read: ${why}` };
  return holds(`its configuration on ${host} parses (${count(files.length, 'file')})`);
}

/** A host on which it is not restarted, and on which it has to be up meanwhile. */
export function checkUpMeanwhile(service: string, site: Site): readonly Precondition[] {
  if (site.is === 'none') return [];
  if (site.is === 'up') return [holds(`${service} is up on ${site.host}, where it is left alone`)];
  if (site.is === 'down') return [fails(`${site.unit} is down on ${site.host}, so what is restarted may be the last that serves; bring it up there first`)]; // prettier-ignore
  return restartable(service, site);
}
