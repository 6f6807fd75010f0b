import { FakeNetwork } from '../support/fake-network';
import { networkContract } from './network-suite';

networkContract('in memory', () => Promise.resolve(new FakeNetwork()));
