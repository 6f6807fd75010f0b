/** The contract of every `IdentityReader`: the one in memory, and the one that asks a real Keystone. */
import type { IdentityReader, Role } from '../../lib/contract/ports';

/** A Keystone that the suite may add roles to. */
export interface IdentityBench {
  /** A reader that has not asked yet. */
  reader(): IdentityReader;
  /** With the credentials of a plain member of a project. */
  memberReader(): IdentityReader;
  role(name: string): Promise<Role>;
  domainRole(name: string): Promise<Role>;
  imply(prior: Role, implied: Role): Promise<void>;
  remove(role: Role): Promise<void>;
  /** Removes what the suite made. */
  close(): Promise<void>;
}

export function identityContract(name: string, open: () => Promise<IdentityBench>): void {
  describe(`IdentityReader: ${name}`, () => {
    let bench: IdentityBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());

    /** Which of these roles implies which. */
    const linksOf = async (...roles: readonly Role[]): Promise<readonly string[]> => {
      const ids = new Set(roles.map(({ id }) => id));
      const { inferences } = await bench.reader().roles();
      return inferences
        .filter(({ prior, implied }) => ids.has(prior.id) && ids.has(implied.id))
        .map(({ prior, implied }) => `${prior.name} > ${implied.name}`)
        .sort();
    };

    test('tells all global roles, with their names as they were given', async () => {
      const made = [await bench.role('Reader One'), await bench.role('b:reader-two')];
      const { roles, isWhole } = await bench.reader().roles();
      expect(isWhole).toBe(true);
      expect(roles).toEqual(expect.arrayContaining(made.map(({ id, name }) => ({ id, name }))));
    });

    test('tells each step of a chain by itself, and several priors and implied roles of one role', async () => {
      const [a, b, c, d] = await Promise.all(
        ['chain-a', 'chain-b', 'chain-c', 'chain-d'].map((name) => bench.role(name)),
      );
      if (!a || !b || !c || !d) throw new Error('four roles');
      for (const [prior, implied] of [
        [a, b],
        [b, c],
        [d, c],
        [d, b],
      ] as const)
        await bench.imply(prior, implied);
      const link = (prior: Role, implied: Role) => `${prior.name} > ${implied.name}`;
      expect(await linksOf(a, b, c, d)).toEqual([link(a, b), link(b, c), link(d, b), link(d, c)]);
    });

    test('tells a circle of implied roles as it is', async () => {
      const [a, b] = [await bench.role('circle-a'), await bench.role('circle-b')];
      await bench.imply(a, b);
      await bench.imply(b, a);
      expect(await linksOf(a, b)).toEqual([`${a.name} > ${b.name}`, `${b.name} > ${a.name}`]);
    });

    test('tells what a domain-specific role implies, and leaves that role out of those that a token may hold', async () => {
      const [special, global] = [await bench.domainRole('special'), await bench.role('special-implied')];
      await bench.imply(special, global);
      const { roles } = await bench.reader().roles();
      expect(roles.map(({ id }) => id)).toContain(global.id);
      expect(roles.map(({ id }) => id)).not.toContain(special.id);
      expect(await linksOf(special, global)).toEqual([`${special.name} > ${global.name}`]);
      await expect(bench.imply(global, special)).rejects.toThrow();
    });

    test('asks once in a run, and the reader of a later run sees what changed', async () => {
      const [a, b] = [await bench.role('later-a'), await bench.role('later-b')];
      await bench.imply(a, b);
      const reader = bench.reader();
      const first = await reader.roles();
      await bench.remove(a);
      expect(await reader.roles()).toBe(first);
      expect(await linksOf(a, b)).toEqual([]);
      expect((await bench.reader().roles()).roles.map(({ id }) => id)).not.toContain(a.id);
    });

    test('refuses the credentials of a plain member by name, each time they ask', async () => {
      const reader = bench.memberReader();
      await expect(reader.roles()).rejects.toMatchObject({ reason: 'Blocked' });
      await expect(reader.roles()).rejects.toMatchObject({ reason: 'Blocked' });
    });
  });
}
