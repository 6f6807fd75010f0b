import { LocalHost } from '../../adapters/local-host';
import { fileContract } from './host-suite';
import { networkContract } from './host-network-suite';

fileContract('this machine', () => Promise.resolve(new LocalHost('here')));
networkContract('a network namespace', (namespace) => Promise.resolve(new LocalHost('cnode01', { namespace })));
