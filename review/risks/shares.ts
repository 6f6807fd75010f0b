/** The risks of things that other projects may use, and of networks without port security. Pure. */
import { textAt } from '../terraform/things';
import { nounOf } from '../terraform/subject';
import { isMade } from '../terraform/planned-change';
import type { Classify, Said, TerraformChange } from './terraform-change';
import { isUnknown, nobodyKnows } from './unknown';

/** `risky` if the change gives the attribute its risky value; `unknown` if it may; undefined: nothing new. */
function becomes(change: TerraformChange, attribute: string, risky: unknown): 'risky' | 'unknown' | undefined {
  const { before, after } = change.planned;
  if (after === undefined) return undefined;
  if (isUnknown(change, attribute)) return 'unknown';
  return after[attribute] === risky && (isMade(change) || before?.[attribute] !== risky) ? 'risky' : undefined;
}

const sayIf = (
  change: TerraformChange,
  [attribute, risky]: readonly [string, unknown],
  [name, does, may]: readonly [Said[0], string, string],
): Said[] => {
  const now = becomes(change, attribute, risky);
  if (now === undefined) return [];
  return [[name, now === 'risky' ? `${change.shown.subject} ${does}` : nobodyKnows(`${change.shown.subject} ${may}`)]];
};

/** Every type of OpenStack's that has one of these attributes means the same by it. */
export const classifyShared: Classify = (change) => [
  ...sayIf(
    change,
    ['shared', true],
    ['shares-with-all', 'is shared: every project can use it', 'is shared with every project'],
  ),
  ...(['public', 'community'] as const).flatMap((visibility, turn) =>
    turn > 0 && isUnknown(change, 'visibility')
      ? []
      : sayIf(
          change,
          ['visibility', visibility],
          ['shares-with-all', `is ${visibility}: every project can read it`, 'can be read by every project'],
        ),
  ),
];

export const classifyNetwork: Classify = (change) => [
  ...sayIf(
    change,
    ['port_security_enabled', false],
    [
      'security-off',
      'has no port security: new ports in it have no security group and no anti-spoofing filters',
      'has port security for its new ports',
    ],
  ),
  ...sayIf(
    change,
    ['external', true],
    [
      'shares-with-all',
      'is external: every project can connect its routers to it, and take its addresses',
      'is external, so that every project can take its addresses',
    ],
  ),
];

/** A policy of Neutron's that lets another project, or every project, use a thing. */
export const classifySharing: Classify = (change) => {
  const { planned, thing, things } = change;
  if (planned.after === undefined || planned.action === 'move') return [];
  const known = textAt(planned.after, 'target_tenant');
  const project = things.referred({ ...thing, values: planned.after }, 'target_tenant');
  if (known !== undefined && known === textAt(planned.before, 'target_tenant') && !isMade(change)) return [];
  const what = objectOf(change);
  const right = textAt(planned.after, 'action') ?? 'some action';
  if (known === '*') return [['shares-with-all', `every project gets ${right} to ${what}`]];
  const name = project && textAt(project.values, 'name');
  if (known === undefined && name === undefined)
    return [['shares-with-all', nobodyKnows(`every project gets ${right} to ${what}`)]];
  return [['shares-with-project', `project ${name ?? known ?? '?'} gets ${right} to ${what}`]];
};

/** A member of an image: its project may read the image. */
export const classifyImageAccess: Classify = (change) => {
  const { planned, things, thing } = change;
  if (!isMade(change)) return [];
  const member = things.referred({ ...thing, values: planned.after ?? {} }, 'member_id');
  const project = textAt(member?.values, 'name') ?? textAt(planned.after, 'member_id') ?? 'that is known after apply';
  return [['shares-with-project', `project ${project} can read the image of ${change.shown.subject}`]];
};

function objectOf({ planned, thing, things }: TerraformChange): string {
  const object = things.referred({ ...thing, values: planned.after ?? {} }, 'object_id');
  const name = textAt(object?.values, 'name') ?? textAt(planned.after, 'object_id') ?? '(id known after apply)';
  return `${object ? nounOf(object.type) : (textAt(planned.after, 'object_type') ?? 'thing')} ${name}`;
}
