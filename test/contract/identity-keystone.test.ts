/** The contract on the lab's Keystone, through its API. */
import { LabRoles } from '../support/lab-roles';
import { identityContract } from './identity-suite';

identityContract('the API of a real Keystone', () => LabRoles.open('identity-contract'));
