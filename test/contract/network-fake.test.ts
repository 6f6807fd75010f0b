import { FakeNetwork } from '../support/fake-network';
import { networkContract } from './network-suite';

networkContract('in memory', () => {
  const network = new FakeNetwork();
  network.addAgent({ host: 'cnode01', type: 'Open vSwitch agent', isAlive: true });
  return Promise.resolve(network);
});
