import { toDay } from '../calendar';
import { retireeFrom } from '../../projections/retirement';
import type { Transfer } from './command';
import { accept, refuse, type Decision } from './decision';
import { Findings } from './findings';
import { samePool, type Situation } from './situation';

/** Takes a relation in from another pooling area. Who draws retiree benefits stays where he draws them, where a document says so. */
export function transfer({ data }: Transfer, at: Situation): Decision {
  const { fromRegion, toRegion } = data;
  const known = at.inquiry
    .facts('Transferred')
    .some((fact) => fact.day === at.on && fact.data.fromRegion === fromRegion && fact.data.toRegion === toRegion);
  if (known || fromRegion === toRegion) return accept();

  const findings = new Findings();
  const retired = at.inquiry.facts('Retired').find(({ day }) => day <= at.on);
  const retiree = retireeFrom(at.inquiry, at.payments);
  const since = retired?.day ?? (retiree && retiree.day <= at.on ? retiree.day : undefined);
  if (since !== undefined && !samePool(fromRegion, toRegion)) {
    const rules = [fromRegion, toRegion].map((region) => at.inquiry.read('retirement.mayTransfer', region, at.on));
    const barring = rules.find((rule) => rule.known && !rule.value);
    if (barring?.known) {
      return refuse(
        barring.rule,
        {
          zh: '已享受退休人员医疗保险待遇的参保人员不转移医疗保险关系。',
          en: 'A person who draws retiree benefits does not transfer the relation.',
        },
        { details: { retiredOn: toDay(since) } },
      );
    }
    if (rules.every(({ known }) => !known)) {
      findings.silent('retirement.mayTransfer', {
        zh: '文件未说明退休人员能否转移关系，请人工核实。',
        en: 'The documents do not say whether a retiree may transfer; a person must look.',
      });
    }
  }
  return accept([{ type: 'Transferred', effectiveOn: at.day, data }], findings.found);
}
