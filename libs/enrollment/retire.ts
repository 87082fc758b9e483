import { toDay } from '../calendar';
import { contributionOn } from '../../projections/contribution';
import { conditionsOn, statutoryAgeOn, type Unmet } from '../../projections/retirement';
import type { Retire } from './command';
import { accept, refuse, type Decision } from './decision';
import { Findings } from './findings';
import type { Situation } from './situation';

/** Does the active-to-retired procedure: age reached, years complete, and what else the region's document asks for. */
export function retire({ data }: Retire, at: Situation): Decision {
  const { inquiry, payments, on } = at;
  if (inquiry.facts('Retired').some((fact) => fact.day <= on && fact.data.region === data.region)) return accept();

  const { pensionGranted, legacyGroup } = data;
  const sums = contributionOn(inquiry, payments, on);
  const conditions = conditionsOn(inquiry, payments, sums, on, { on, pensionGranted, legacyGroup });
  const ageOn = statutoryAgeOn(inquiry);
  const unmet = conditions.unmet.find(({ rule }) => rule !== undefined);
  if (unmet?.rule !== undefined) {
    const details: Record<string, unknown> = { unmet: conditions.unmet.map(({ what }) => what) };
    if (ageOn !== undefined) details['statutoryAgeOn'] = toDay(ageOn);
    if (conditions.shortfallMonths !== undefined) details['shortfallMonths'] = conditions.shortfallMonths;
    return refuse(unmet.rule, wordsFor(unmet, conditions.shortfallMonths, ageOn !== undefined), {
      details,
      review: conditions.review,
    });
  }

  const findings = new Findings();
  if (conditions.review && conditions.rule !== undefined) {
    findings.doubts(conditions.rule, {
      zh: '退休前连续参保的时长文件未写明，按办理前一个月已参保缴费掌握，请人工复核。',
      en: 'How long a person must be insured right before retirement is not stated; the month before counts, and a person must look.',
    });
  }
  for (const { question, gap } of conditions.gaps) {
    findings.silent(
      question,
      {
        zh: `退休条件（${question}）尚不能确定${gap.needs === undefined ? '' : `，需要 ${gap.needs}`}，请人工核实。`,
        en: `A condition (${question}) is not known${gap.needs === undefined ? '' : `; it needs ${gap.needs}`}. A person must look.`,
      },
      gap.rule,
    );
  }
  const pension = inquiry.read('retirement.pension', at.region, on);
  if (pension.known && pension.value && pensionGranted === undefined) {
    findings.doubts(pension.rule, {
      zh: '未说明是否享受养老保险待遇，请核实。',
      en: 'Whether a pension has been granted was not said; please check.',
    });
  }
  return accept([{ type: 'Retired', effectiveOn: at.day, data }], findings.found);
}

function wordsFor({ what }: Unmet, shortfall: number | undefined, ageKnown: boolean): { zh: string; en: string } {
  switch (what) {
    case 'age':
      if (!ageKnown) {
        return {
          zh: '台账中缺少出生日期或退休类别，也没有达到法定退休年龄的记录，不能办理退休。',
          en: 'Neither a birth date with a retirement category nor the reaching of the statutory age is on record.',
        };
      }
      return { zh: '尚未达到法定退休年龄，不能办理退休。', en: 'The statutory age is not reached yet.' };
    case 'years':
      return {
        zh: `缴费年限还差 ${shortfall} 个月，须补足后才能办理在职转退休手续。`,
        en: `${shortfall} contribution month(s) are wanting; the procedure is done once they are complete.`,
      };
    case 'pension':
      return { zh: '尚未享受养老保险待遇，不能办理。', en: 'No pension has been granted yet.' };
    case 'continuous':
      return {
        zh: '退休前未处于连续参保缴费状态，不能办理退休人员待遇。',
        en: 'The person was not insured and paying right before retirement.',
      };
  }
}
