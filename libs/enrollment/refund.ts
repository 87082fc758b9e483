import type { RefundRequestedData } from '../../events';
import type { RefundClaim } from '../../projections/answer/answer';
import { refundsOn } from '../../projections/refunds';
import type { Refund } from './command';
import { accept, refuse, type Decision, type NewEvent } from './decision';
import { Findings } from './findings';
import type { Situation } from './situation';

/**
 * Pays back on the basis that the request names, what the rule of that basis gives. Where the amount is not known, or the
 * document does not rule on the basis, the request is what is recorded.
 */
export function refund({ data }: Refund, at: Situation): Decision {
  if (isRefunded(data, at)) return accept();

  const { scheme, region, basis, feeMonths, benefitYear } = data;
  const request: RefundRequestedData = {
    scheme,
    region,
    basis,
    ...(feeMonths === undefined ? {} : { feeMonths }),
    ...(benefitYear === undefined ? {} : { benefitYear }),
  };
  const supposed = at.supposing('RefundRequested', request);
  const claims = refundsOn(supposed.inquiry, supposed.payments, supposed.timeline, at.on);
  const claim = claims.findLast((item) => item.basis === basis && item.scheme === scheme);
  const requested: NewEvent = { type: 'RefundRequested', effectiveOn: at.day, data: request };
  if (!claim) {
    const findings = new Findings();
    findings.silent('refund.other', {
      zh: `文件未规定以 ${basis} 为依据的退费，请人工核实。`,
      en: `The document does not rule on a refund on the basis ${basis}; a person must look.`,
    });
    return accept([requested], findings.found);
  }
  const words = supposed.inquiry
    .trace()
    .because.findLast((reason) => reason.claim === 'refunds' && reason.rule === (claim.reason ?? basis));
  if (!claim.allowed) {
    return refuse(claim.reason ?? basis, {
      zh: words?.zh ?? '不符合退费条件。',
      en: words?.en ?? 'The conditions of a refund are not met.',
    });
  }
  const over = beyond(data, claim);
  if (over) return refuse(basis, over);
  const amountFen = data.amountFen ?? claim.amountFen;
  const events = amountFen === undefined ? [requested] : refunds(data, claim, amountFen, at);
  return accept(events, { rule: basis, ...(words ? { notes: [{ rule: basis, zh: words.zh, en: words.en }] } : {}) });
}

/** What is asked beyond what the rule gives: other fee months, or more money than was paid for them. */
function beyond({ feeMonths, amountFen }: Refund['data'], claim: RefundClaim): { zh: string; en: string } | undefined {
  const given = claim.feeMonths;
  if (feeMonths && given && (feeMonths.from < given.from || feeMonths.through > given.through)) {
    return {
      zh: `可退的费款所属期为 ${given.from} 至 ${given.through}，申请的 ${feeMonths.from} 至 ${feeMonths.through} 超出可退范围。`,
      en: `The fee months that go back are ${given.from} to ${given.through}; ${feeMonths.from} to ${feeMonths.through} goes beyond them.`,
    };
  }
  if (amountFen !== undefined && claim.amountFen !== undefined && amountFen > claim.amountFen) {
    return {
      zh: `可退金额为 ${claim.amountFen} 分，申请的 ${amountFen} 分超出可退金额。`,
      en: `${claim.amountFen} fen go back; ${amountFen} fen is more than that.`,
    };
  }
  return undefined;
}

/** Said twice, paid back once. */
function isRefunded({ scheme, region, basis, feeMonths, benefitYear }: Refund['data'], at: Situation): boolean {
  return at.inquiry
    .facts('Refunded')
    .some(
      ({ day, data }) =>
        day <= at.on &&
        data.scheme === scheme &&
        data.region === region &&
        data.basis === basis &&
        (benefitYear === undefined || data.benefitYear === benefitYear) &&
        (feeMonths === undefined ||
          (data.feeMonths?.from === feeMonths.from && data.feeMonths.through === feeMonths.through)),
    );
}

/** One event, or of several benefit years one each, the amount spread evenly and the remainder with the first. */
function refunds(
  { reverses, ...data }: Refund['data'],
  claim: RefundClaim,
  amountFen: number,
  at: Situation,
): NewEvent[] {
  const taken = reverses === undefined ? {} : { reverses };
  const { scheme, region, basis } = data;
  const years = claim.benefitYears ?? [];
  if (years.length === 0) {
    const span = claim.feeMonths && { from: claim.feeMonths.from, through: claim.feeMonths.through };
    const feeMonths = span ?? data.feeMonths;
    return [
      {
        type: 'Refunded',
        effectiveOn: at.day,
        data: { scheme, region, basis, ...(feeMonths ? { feeMonths } : {}), amountFen, ...taken },
      },
    ];
  }
  const each = Math.floor(amountFen / years.length);
  return years.map((benefitYear, index) => ({
    type: 'Refunded',
    effectiveOn: at.day,
    data: {
      scheme,
      region,
      basis,
      benefitYear,
      amountFen: index === 0 ? amountFen - each * (years.length - 1) : each,
      ...taken,
    },
  }));
}
