/** The services of a cloud by the words of messages. */
import type { DeclaredThing, QuotaService } from '../../lib/contract/report-ports';

export const servicesOfNames: Readonly<Record<DeclaredThing['kind'], string>> = {
  image: 'Glance',
  flavor: 'Nova',
  network: 'Neutron',
  role: 'Keystone',
  user: 'Keystone',
};
export const servicesOfQuotas: Readonly<Record<QuotaService, string>> = {
  compute: 'Nova',
  network: 'Neutron',
  blockStorage: 'Cinder',
};
