/** A risk as a classifier finds it, before the rules of stackward.yaml are applied. */
import type { WayBack, Witness } from '../model';
import type { RiskName } from './classes';

export interface FoundRisk {
  readonly class: RiskName;
  readonly stack: string;
  /** Construct path. */
  readonly where: string;
  readonly message: string;
  readonly wayBack: WayBack;
  readonly witnesses?: readonly Witness[];
}
