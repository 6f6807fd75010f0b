/** Cinder's services through its API: `volumev3`, before Queens `volumev2`, in Icehouse `volume`. */
import { volumeTypeIn, type ServiceRecord, type VolumeReader } from '../../lib/contract/report-ports';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer, serviceOf, servicesAnswer } from './report-answers';

export class CinderApi implements VolumeReader {
  constructor(private readonly session: OpenStackSession) {}

  async services(): Promise<readonly ServiceRecord[]> {
    const type = volumeTypeIn((await this.session.login()).catalog);
    const answer = await this.session.call(type, '/os-services');
    const { services } = checkedAnswer(servicesAnswer, answer, 'Cinder to GET /os-services', this.session.cloud);
    return services.map(serviceOf);
  }
}
