/** The contract on the lab's services. */
import { LabCloud } from '../support/lab-cloud';
import { reportReadersContract } from './report-readers-suite';

reportReadersContract('the APIs of real services', () => {
  const cloud = new LabCloud('report-readers');
  return Promise.resolve({ session: cloud.admin, close: () => cloud.close() });
});
