export { isUnknownThere, olderProgram } from '../lib/hosts/older-program';
