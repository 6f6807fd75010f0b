/** Places an option on the hosts that its declaration names, or else on the hosts of the service's project. */
import { noEntryFor, placeByTarget } from '../../lib/contract/place';
import type { Readers } from '../../lib/contract/ports';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import { hostTarget, type Target } from '../../lib/contract/target';
import type { ServiceOptionSpec } from './image';
import { Sealed, type OptionOn } from './model';
import { servingProject, type ServiceOptionDeclared } from './spec';

export async function locate(specs: readonly Wanted<ServiceOptionSpec>[], from: Readers): Promise<Located<OptionOn>> {
  const pairs: [Target, Wanted<OptionOn>][] = [];
  const findings: Finding[] = [];
  for (const { spec, ...rest } of specs) {
    if ('restore' in spec) {
      for (const target of new Set(spec.restore.map((recorded) => recorded.target))) {
        const images = spec.restore.filter((recorded) => recorded.target === target);
        pairs.push([target, { ...rest, spec: { restore: images.flatMap(({ image }) => image.options) } }]);
      }
      continue;
    }
    const hosts = hostsOf(spec, from);
    const message = faultOf(spec, hosts, from);
    if (message !== undefined) findings.push({ id: rest.id, reason: 'InvalidConfiguration', message });
    for (const host of message === undefined ? hosts : [])
      pairs.push([hostTarget(host), { ...rest, spec: { declared: spec, secret: secretOf(spec, from) } }]);
  }
  return { placements: placeByTarget(pairs), findings };
}

function hostsOf({ hosts, service }: ServiceOptionDeclared, from: Readers): readonly string[] {
  const project = servingProject(service);
  return [...new Set(hosts ?? (project === undefined ? [] : from.hosts.serving(project)))];
}

function faultOf({ service }: ServiceOptionDeclared, hosts: readonly string[], from: Readers): string | undefined {
  const project = servingProject(service) ?? '';
  if (hosts.length === 0)
    return `no host is named that serves ${project}; add "services.${project}.hosts" to stackward.yaml, or "hosts" to the option`;
  const unknown = hosts.find((host) => !from.hosts.canReach(host));
  if (unknown === undefined) return undefined;
  return `${noEntryFor([unknown])}; correct the name, or add an entry`;
}

function secretOf(
  { valueFromEnvironment: variable }: ServiceOptionDeclared,
  from: Readers,
): Sealed<string> | undefined {
  const value = variable === undefined ? undefined : from.environment(variable);
  return value === undefined || value === '' ? undefined : new Sealed(value);
}
