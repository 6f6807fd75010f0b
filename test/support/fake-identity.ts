/** Keystone's roles in memory, in the form of its API: only the inferences mention domain-specific roles. */
import { Blocked, InvalidConfiguration } from '../../lib/basics/errors';
import type { IdentityReader, Role, RoleCatalogue, RoleInference } from '../../lib/contract/ports';
import { sha256 } from '../../lib/basics/sha256';
import type { IdentityBench } from '../contract/identity-suite';

/** An id as short as Keystone's own, however long the name is. */
const idOf = (scope: 'global' | 'domain', name: string): string => `${scope} ${sha256(name).slice(0, 32)}`;

export class FakeIdentity implements IdentityBench {
  readonly #global = new Map<string, Role>();
  readonly #domainSpecific = new Map<string, Role>();
  #inferences: RoleInference[] = [];
  /** The error of every question; undefined: questions are answered. */
  failing: Error | undefined;
  /** The number of questions so far. */
  asked = 0;

  /** @param chains `admin>member>reader`: each implies the next */
  constructor(...chains: readonly string[]) {
    for (const chain of chains) {
      const names = chain.split('>');
      names.forEach((name) => this.add(name));
      names.slice(1).forEach((name, index) => this.add(names[index] ?? '', name));
    }
  }

  get catalogue(): RoleCatalogue {
    return { roles: [...this.#global.values()], isWhole: true, inferences: [...this.#inferences] };
  }

  /** Adds a global role, unless it exists, and the role that it implies. */
  add(name: string, implied?: string): void {
    if (!this.#global.has(name)) this.#global.set(name, { id: idOf('global', name), name });
    if (implied === undefined) return;
    this.add(implied);
    this.link(idOf('global', name), idOf('global', implied));
  }

  reader(): IdentityReader {
    let answer: Promise<RoleCatalogue> | undefined;
    return { roles: () => (answer ??= this.ask()) };
  }

  memberReader(): IdentityReader {
    return { roles: () => Promise.reject(new Blocked('these credentials may not list roles')) };
  }

  role(name: string): Promise<Role> {
    this.add(name);
    return Promise.resolve(this.getRole(idOf('global', name)));
  }

  domainRole(name: string): Promise<Role> {
    const role = { id: idOf('domain', name), name };
    this.#domainSpecific.set(name, role);
    return Promise.resolve(role);
  }

  imply(prior: Role, implied: Role): Promise<void> {
    if (this.#global.has(prior.name) && implied.id.startsWith('domain '))
      return Promise.reject(new InvalidConfiguration('a global role implies no domain-specific one'));
    this.link(prior.id, implied.id);
    return Promise.resolve();
  }

  remove(role: Role): Promise<void> {
    this.#global.delete(role.name);
    this.#inferences = this.#inferences.filter(({ prior, implied }) => ![prior.id, implied.id].includes(role.id));
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async ask(): Promise<RoleCatalogue> {
    this.asked += 1;
    if (this.failing) throw this.failing;
    return this.catalogue;
  }

  private getRole(id: string): Role {
    const role = [...this.#global.values(), ...this.#domainSpecific.values()].find((candidate) => candidate.id === id);
    if (!role) throw new RangeError(`no role ${id}`);
    return role;
  }

  private link(prior: string, implied: string): void {
    this.#inferences.push({ prior: this.getRole(prior), implied: this.getRole(implied) });
  }
}
