import { LocalHost } from '../../adapters/local-host';
import { fileContract } from './host-suite';
import { networkContract } from './host-network-suite';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

fileContract('this machine', () => Promise.resolve(new LocalHost('here')));
networkContract('a network namespace', (namespace) => Promise.resolve(new LocalHost('cnode01', { namespace })));
