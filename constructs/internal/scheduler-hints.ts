import type { ComputeInstanceV2Config } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import { Token } from 'cdktf';
import type { Construct } from 'constructs';
import { addFinding } from './declarations';

type Hints = ComputeInstanceV2Config['schedulerHints'];

/** One block with the server group and the author's other hints, because the provider reads only one block. */
export function schedulerHints(construct: Construct, hints: Hints, serverGroupId: string | undefined): Hints {
  if (serverGroupId === undefined) return hints;
  const [own = {}, ...more] = Array.isArray(hints) ? hints : [];
  if (more.length > 0 || Token.isUnresolved(hints))
    addFinding(
      construct,
      'it has a serverGroupId, and its schedulerHints are no list of one element; write one element',
    );
  if (own.group !== undefined)
    addFinding(
      construct,
      'its server group is in serverGroupId and in schedulerHints; leave group out of schedulerHints',
    );
  return [{ ...own, group: serverGroupId }];
}
