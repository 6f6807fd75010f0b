/** Steps of stackward's half that nobody can plan before Terraform's half is applied, although all values are known. Pure. */
import type { DeclaredResource } from '../lib/contract/resource';
import { hasTrue, partAt } from './terraform/attributes';
import { isGone, type PlannedChange } from './terraform/planned-change';
import { addressesOf, labelOf } from './terraform/subject';
import { textAt } from './terraform/things';

/** Exceptions at ports whose addresses change. An exception leaves a port's own addresses to its security groups. */
export function foreseenSteps(resources: readonly DeclaredResource[], changes: readonly PlannedChange[]): string[] {
  const ports = new Map(
    changes.flatMap((change): [string, PlannedChange][] => {
      const id = textAt(change.planned.before, 'id');
      return change.planned.type === 'openstack_networking_port_v2' && id !== undefined ? [[id, change]] : [];
    }),
  );
  return resources.flatMap(({ kind, path, spec }) => {
    const change = kind === 'firewall-exception' ? ports.get(textAt(spec, 'portId') ?? '') : undefined;
    const found = change && addressChange(change);
    return found === undefined
      ? []
      : [
          `${kind}.${path}: ${found}, and its rules follow the port; nobody can plan them before, so \`stackward deploy\` leaves them: review and deploy once more afterwards`,
        ];
  });
}

function addressChange(change: PlannedChange): string | undefined {
  const { planned, thing } = change;
  if (isGone(change))
    return `Terraform ${planned.action === 'replace' ? 'replaces' : 'removes'} port ${labelOf(thing)}`;
  const [was, is] = [planned.before, planned.after].map((values) => addressesOf({ ...thing, values: values ?? {} }));
  if (hasTrue(partAt(planned.unknown, 'fixed_ip')))
    return `the addresses of port ${labelOf(thing)} are known after apply`;
  if (was === undefined || is === undefined || was.join() === is.join()) return undefined;
  return `the addresses of port ${labelOf(thing)} change from ${was.join(', ') || 'none'} to ${is.join(', ') || 'none'}`;
}
