export type { Watch } from '../lib/contract/watch';
