/** The readings of things that outlive their project: Keystone deletes a project, and tells no other service. */

export const servicesWithRemains = ['Nova', 'Cinder', 'Neutron'] as const;
export type ServiceWithRemains = (typeof servicesWithRemains)[number];

export interface Remains {
  /** Kinds that the service lists. None if the cloud has no such service; an extension that it lacks is left out. */
  readonly kinds: readonly RemainingThing['kind'][];
  /** In an order in which they can be deleted. */
  readonly things: readonly RemainingThing[];
}

export interface RemainingThing {
  readonly kind: 'server' | 'volume' | 'floating IP' | 'trunk' | 'port' | 'router' | 'network' | 'subnet pool' | 'security group'; // prettier-ignore
  readonly id: string;
  /** A floating IP's address. '' if nobody gave a name. */
  readonly name: string;
  /** Of a port: the router whose interface it is. */
  readonly routerId?: string;
}

export interface ProjectRemainsReader {
  /**
   * Things of one project. Ports that Neutron deletes with something else are left out.
   * @param projectId of a project that Keystone may know no more
   * @throws StackwardError if the service hides from these credentials other projects, or whose a thing is
   */
  remains(service: ServiceWithRemains, projectId: string): Promise<Remains>;
}
