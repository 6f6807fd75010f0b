import { FakeIdentity } from '../support/fake-identity';
import { identityContract } from './identity-suite';

identityContract('in memory', () => Promise.resolve(new FakeIdentity()));
