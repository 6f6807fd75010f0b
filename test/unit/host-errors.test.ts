/** The next step that a host's refusal names fits to whatever was refused. */
import { outcomeError } from '../../adapters/host/host-errors';

test.each([
  'iptables-nft-save prints more than 64 MiB',
  'the answers to one request may have 24 MiB together, and this has no room left',
  '/etc/neutron/policy.yaml has more than 16 MiB',
])('too large: %s', (detail) => {
  const { message } = outcomeError('too-large', detail, 'host:cnode01', { verb: 'save-tables', family: 4 });
  expect(message).toBe(
    `host:cnode01: save-tables failed: ${detail}; stackward takes no more, so see what made it grow`,
  );
});
