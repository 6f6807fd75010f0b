/** A server that a change replaces: the review says what is lost with it, and whether its ports stay. */
import { assembleReview } from '../../review/assemble';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, ownPlan } from '../support/planned-opening';

const messagesOf = (...changes: Forged[]): string[] =>
  assembleReview({ ...opening, stacks: [forgedStack('acme', changes)], own: ownPlan([]) }).risks.map(
    ({ message }) => message,
  );

test.each([
  ['no disk but that of its flavor', [], 'the disk of the server is lost'],
  ['a volume', [{ destination_type: 'volume' }], 'everything of the server but 1 volume that stays is lost'],
  [
    'a volume that Nova deletes with it',
    [{ destination_type: 'volume', delete_on_termination: true }],
    'the disk of the server is lost',
  ],
])('a server with %s: the review says what is lost with it', (_what, disks, expected) => {
  const server: Forged = {
    type: 'compute_instance_v2',
    name: 'Mail',
    before: { id: 's', name: 'mail', block_device: disks },
    after: { name: 'mail', block_device: disks, image_id: 'other' },
    isReplaced: true,
  };
  expect(messagesOf(server)).toContainEqual(
    expect.stringContaining(`has no way back: ${expected}; back up what is needed first`),
  );
});

describe('the ports of a replaced server', () => {
  const values = (id: string, last: number) => ({ id, name: id, fixed_ip: [{ ip_address: `10.0.0.${last}` }] });
  const [red, green] = [values('red', 7), values('green', 8)];
  const server = (before: readonly string[], after: readonly (string | undefined)[]): Forged => ({
    type: 'compute_instance_v2',
    name: 'Mail',
    before: { id: 's', name: 'mail', network: before.map((port) => ({ port })) },
    after: { name: 'mail', image_id: 'other', network: after.map((port) => ({ port })) },
    isReplaced: true,
  });
  const mail = server(['red'], ['red']);
  const port = (before: object, after: object, more: Partial<Forged> = {}): Forged => ({
    type: 'networking_port_v2',
    name: 'Red',
    before: { ...before },
    after: { ...after },
    ...more,
  });
  const ending = (...changes: Forged[]): string | undefined =>
    messagesOf(...changes).find((message) => / how long/.test(message))?.replace(/^.* how long/, ''); // prettier-ignore

  test('stay with their addresses', () => {
    expect(ending(staying('networking_port_v2', 'Red', red), mail)).toBe(
      '; the new server gets the same port red, with its addresses',
    );
    const both = [staying('networking_port_v2', 'Red', red), staying('networking_port_v2', 'Green', green)];
    expect(ending(...both, server(['red', 'green'], ['green', 'red']))).toBe(
      '; the new server gets the same 2 ports, with their addresses',
    );
    expect(ending(port(red, { ...red, description: 'other' }), mail)).toBe(
      '; the new server gets the same port red, with its addresses',
    );
  });

  test.each<[string, ...Forged[]]>([
    ['a port is replaced, too', port(red, { ...red, id: undefined }, { isReplaced: true }), mail],
    ['a port gets another address', port(red, { ...red, fixed_ip: [{ ip_address: '10.0.0.9' }] }), mail],
    ['the new server has another port', staying('networking_port_v2', 'Red', red), server(['red'], ['green'])],
    ['nobody knows its new port yet', staying('networking_port_v2', 'Red', red), server(['red'], [undefined])],
    ['it gets a port more', staying('networking_port_v2', 'Red', red), server(['red'], ['red', 'new'])],
    ['Nova made its port', server([], [])],
  ])('are not said to stay where %s', (_why, ...changes) => {
    expect(ending(...changes)).toBe('');
  });
});
