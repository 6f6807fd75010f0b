import { only, parseAddress } from '../../lib/net/ip-ranges';
import type { AllocationPoolStep } from '../../reconcilers/allocation-pool/model';
import { failForTaken } from '../../reconcilers/allocation-pool/ledger/guard';

const step: AllocationPoolStep = {
  id: 'allocation-pool.t/0',
  action: 'update',
  subject: 's',
  changes: [],
  because: 'b',
  notes: [],
  asides: [],
  subnetId: 'red',
  pools: [],
};

test.each<[readonly string[], string]>([
  [
    ['203.0.113.80'],
    'the pools of subnet red are as declared, and a port took 203.0.113.80 in the moment in which it was given back; declare what is in use, or delete the port',
  ],
  [
    ['203.0.113.80', '203.0.113.82'],
    'the pools of subnet red are as declared, and ports took 203.0.113.80, 203.0.113.82 in the moment in which they were given back; declare what is in use, or delete the ports',
  ],
])('names the addresses that ports took meanwhile: %j', (addresses, message) => {
  const taken = addresses.map((address) => only(parseAddress(address)));
  expect(failForTaken(step, taken)).toMatchObject({ outcome: 'failed', reason: 'NotConverged', message });
});
