import { clouds, FakeVersions } from '../support/fake-versions';
import { versionsContract } from './versions-suite';

versionsContract('in memory', () => Promise.resolve(new FakeVersions(clouds.zed)));
