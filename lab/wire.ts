// The physical network between the compute hosts: one cable from the br-ex of each to that of the other. It carries only the
// VLANs that are named, so guests of other tests that use the same addresses on both hosts never meet.
import { run } from './command';
import type { Lab } from './environment';
import { batch, inNamespace, listDevices } from './namespaces';
import { ovsVsctl } from './stack/compute-host';

const DEVICE = 'wire';

/** Lays the cable where there is none. @param vlans segmentation ids of the networks that reach both hosts */
export async function layWire(lab: Lab, vlans: readonly number[]): Promise<void> {
  const [first, second] = lab.hosts;
  if (!first || !second) return;
  if (!(await listDevices(lab, first.namespace)).includes(DEVICE))
    await batch(lab, undefined, [
      `link add ${DEVICE} netns ${first.namespace} type veth peer name ${DEVICE} netns ${second.namespace}`,
    ]);
  for (const host of [first, second]) {
    // The userspace switch passes on packets whose checksum was left to "the card", and nobody fills it in.
    await run(lab, inNamespace(host.namespace, ['ethtool', '--offload', DEVICE, 'tx', 'off']));
    await batch(lab, host.namespace, [`link set ${DEVICE} up`]);
    const trunks = `trunks=[${vlans.join(',')}]`;
    await ovsVsctl(lab, host, '--may-exist', 'add-port', 'br-ex', DEVICE, '--', 'set', 'port', DEVICE, trunks);
  }
}

/** Does nothing if there is no wire. */
export async function removeWire(lab: Lab): Promise<void> {
  for (const host of lab.hosts) {
    await ovsVsctl(lab, host, '--if-exists', 'del-port', 'br-ex', DEVICE);
    if ((await listDevices(lab, host.namespace)).includes(DEVICE))
      await batch(lab, host.namespace, [`link delete ${DEVICE}`]);
  }
}
