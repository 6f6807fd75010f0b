/**
 * The order of trunks and servers: Open vSwitch's driver of Neutron takes no trunk at a port that a server has already,
 * and removes none there (neutron services/trunk/rules.py). So a server waits for the trunks of its ports.
 */
import { dependable, TerraformStack, type TerraformResource } from 'cdktf';
import type { FixedIpPort } from '../fixed-ip-port';

interface Users {
  readonly trunks: TerraformResource[];
  readonly servers: TerraformResource[];
}

const usersOf = new WeakMap<FixedIpPort, Users>();

const usersAt = (port: FixedIpPort): Users => {
  const users = usersOf.get(port) ?? { trunks: [], servers: [] };
  usersOf.set(port, users);
  return users;
};

/** Says that `trunk` has the port as its parent. */
export function takesTrunk(trunk: TerraformResource, port: FixedIpPort): void {
  const { trunks, servers } = usersAt(port);
  trunks.push(trunk);
  for (const server of servers) waitFor(server, trunk);
}

/** Says that `server` boots with the port. */
export function bootsWith(server: TerraformResource, port: FixedIpPort): void {
  const { trunks, servers } = usersAt(port);
  servers.push(server);
  for (const trunk of trunks) waitFor(server, trunk);
}

function waitFor(server: TerraformResource, trunk: TerraformResource): void {
  if (TerraformStack.of(server) !== TerraformStack.of(trunk)) return;
  server.dependsOn = [...(server.dependsOn ?? []), dependable(trunk)];
}
