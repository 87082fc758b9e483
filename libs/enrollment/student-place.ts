import { toDay, yearOf } from '../calendar';
import type { PaidData } from '../../events';
import { aidHeldOn } from '../../projections/entries/aid-held';
import { sameProvince } from '../policy/evaluation';
import { refuse, type Refused } from './decision';
import type { Findings } from './findings';
import { samePool, type Situation } from './situation';

/**
 * JX-4.1: a new student who is insured elsewhere in the province for the year of entry keeps that place until its end; no
 * second premium is taken. The place of an aid identity is looked at as well.
 */
export function earlierPlace(data: PaidData, at: Situation, findings: Findings): Refused | undefined {
  const { region, benefitYear, participation } = data;
  const enrolled = at.inquiry.facts('StudentEnrolled').findLast((fact) => fact.day <= at.on);
  if (participation !== 'student' || !enrolled || benefitYear === undefined) return undefined;

  const rule = at.inquiry.read('student.entryPlace', region, at.on);
  if (rule.known && rule.value === 'earlierPlaceInProvince' && benefitYear === yearOf(enrolled.day)) {
    const earlier = at
      .paidYears(benefitYear)
      .find(
        (paid) => paid.arrival < enrolled.day && !samePool(paid.region, region) && sameProvince(paid.region, region),
      );
    if (earlier) {
      return refuse(
        rule.rule,
        {
          zh: '入学前已在省内参加当年居民医保并缴费，当年继续在入学前参保地享受待遇。',
          en: 'Paid for in the province before entry, the student keeps that place for the year.',
        },
        { details: { place: earlier.region, paidOn: toDay(earlier.arrival) } },
      );
    }
  }
  aidedPlace(region, at, findings);
  return undefined;
}

/** JX-4.3: a student with an aid identity joins, in principle, where it was recognised; elsewhere a person must look. */
export function aidedPlace(region: string, at: Situation, findings: Findings): void {
  const aided = at.inquiry.read('student.aidedPlace', region, at.on);
  const identities = aidHeldOn(at.inquiry, at.on);
  if (aided.known && identities.length > 0 && identities.every((held) => !samePool(held.region, region))) {
    findings.doubts(aided.rule, {
      zh: '享受救助身份的大学生原则上在身份认定地参保，请核实。',
      en: 'A student with an aid identity joins, in principle, where it was recognised.',
    });
  }
}
