import { toMonth, type DayNumber } from '../../libs/calendar';
import type { Scheme } from '../../events';
import type { Reading, RuleKey, RuleValues, Setting } from '../../libs/policy/evaluation';
import type { RefundClaim } from '../answer/answer';
import type { Timeline } from '../coverage/timeline';
import { cny, halfUp, plus, shareOf, yuan, type Share } from '../fen';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import type { FeeMonth, PaymentRecord } from '../payments';
import {
  afterRetirement,
  beforeRegistering,
  deathInWaiting,
  edges,
  flexibleEmployed,
  whileSentenced,
  whileUnemployed,
} from './employee';
import { afterDeath, beforeStart, ofAided } from './resident';
import { refuse, type Claimed, type Verdict } from './verdict';

const FAMILIES = {
  employee: [
    'refund.flexibleEmployed',
    'refund.retirement',
    'refund.deathInWaiting',
    'refund.unemployment',
    'refund.sentence',
    'refund.paidMonth',
  ],
  resident: ['refund.residentBeforeStart', 'refund.residentAided', 'refund.residentDeath', 'refund.residentAfterStart'],
} as const satisfies Record<string, RuleKey[]>;

type Family = (typeof FAMILIES)['employee' | 'resident'][number];

/**
 * Refunds asked for by `on`: one item a request, with what goes back or the rule that refuses, judged on the day of the
 * request from what is known. A basis that the region's document does not rule on has no item and is told as undetermined.
 */
export function refundsOn(inquiry: Inquiry, payments: PaymentRecord, timeline: Timeline, on: DayNumber): RefundClaim[] {
  const requests = inquiry.facts('RefundRequested').filter(({ day }) => day <= on);
  if (requests.length === 0) return [];
  return requests.flatMap((request) => {
    const { region, basis, scheme } = request.data;
    const family = familyOf(inquiry, region, request.day, scheme, basis);
    const reading = family && inquiry.read(family, region, request.day);
    if (!family || !reading?.known) {
      const gap = reading ?? inquiry.read('refund.other', region, request.day);
      inquiry.undetermined('refund', gap.known ? { why: 'silent' } : gap);
      return [];
    }
    const claimed: Claimed = { inquiry, request, payments, timeline, on, basis };
    const verdict = denied(claimed) ?? judge(claimed, family, reading);
    return [claim(claimed, verdict)];
  });
}

/** The family whose rule the request names. Looked up without reading values, so that no unclear clause counts as used. */
function familyOf(inquiry: Inquiry, region: string, on: DayNumber, scheme: Scheme, basis: string): Family | undefined {
  const settings = inquiry.pack(region, on)?.settings;
  return settings && FAMILIES[scheme].find((key) => rulesIn(settings[key]).includes(basis));
}

function rulesIn(setting: Setting<unknown> | undefined): (string | undefined)[] {
  if (!setting) return [];
  return setting.form === 'dated' ? setting.entries.map((entry) => entry.setting.rule) : [setting.rule];
}

function judge(claimed: Claimed, family: Family, reading: Extract<Reading<unknown>, { known: true }>): Verdict {
  switch (family) {
    case 'refund.flexibleEmployed':
      return flexibleEmployed(claimed, reading.value as RuleValues['refund.flexibleEmployed']);
    case 'refund.retirement':
      return afterRetirement(claimed, reading.value as RuleValues['refund.retirement']);
    case 'refund.deathInWaiting':
      return deathInWaiting(claimed);
    case 'refund.unemployment':
      return whileUnemployed(claimed);
    case 'refund.sentence':
      return whileSentenced(claimed, reading.value as RuleValues['refund.sentence']);
    case 'refund.paidMonth':
      return beforeRegistering(claimed);
    case 'refund.residentBeforeStart':
      return beforeStart(claimed, reading.value as RuleValues['refund.residentBeforeStart']);
    case 'refund.residentDeath':
      return afterDeath(claimed);
    case 'refund.residentAided':
    case 'refund.residentAfterStart': {
      const { inquiry, request } = claimed;
      const before = inquiry.read('refund.residentBeforeStart', request.data.region, request.day);
      if (!before.known) return refuse(claimed.basis, '不符合退费条件。', 'The conditions of a refund are not met.');
      return family === 'refund.residentAided' ? ofAided(claimed, before.value) : beforeStart(claimed, before.value);
    }
  }
}

/** An office's denial of this request stands, whatever the rules would give. */
function denied({ inquiry, request, on }: Claimed): Verdict | undefined {
  const { scheme, region, benefitYear } = request.data;
  const denial = inquiry
    .facts('RefundDenied')
    .find(
      ({ day, data }) =>
        day >= request.day &&
        day <= on &&
        data.scheme === scheme &&
        data.region === region &&
        data.benefitYear === benefitYear,
    );
  if (!denial) return undefined;
  return refuse(
    denial.data.basis,
    '经办机构已作出不予退费的决定。',
    'The office has denied the refund.',
    denial.events,
  );
}

function claim({ inquiry, request, basis }: Claimed, verdict: Verdict): RefundClaim {
  const { scheme } = request.data;
  if (!verdict.allowed) {
    inquiry.because(() => ({
      claim: 'refunds',
      rule: verdict.reason,
      events: [...request.events, ...verdict.events],
      zh: verdict.zh,
      en: verdict.en,
    }));
    return { basis, scheme, allowed: false, reason: verdict.reason };
  }
  const item: RefundClaim = { basis, scheme, allowed: true };
  if (verdict.months) {
    const { from, through, count } = edges(verdict.months);
    item.feeMonths = { from: toMonth(from), through: toMonth(through), count };
  }
  if (verdict.years) item.benefitYears = verdict.years.map(({ year }) => year);
  const amountFen = amountOf(
    verdict.months,
    verdict.years?.map(({ payment }) => payment),
  );
  if (amountFen !== undefined) item.amountFen = amountFen;
  if (verdict.accountRecovery !== undefined) item.accountRecovery = verdict.accountRecovery;
  const paid = new Set([...(verdict.months ?? []), ...(verdict.years ?? [])].map(({ payment }) => payment));
  inquiry.because(() => ({
    claim: 'refunds',
    rule: basis,
    events: [...new Set([...request.events, ...verdict.events, ...[...paid].flatMap(({ events }) => events)])],
    arithmetic: amountFen === undefined ? verdict.zh : `${verdict.zh}，合计 ${yuan(amountFen)}`,
    zh: amountFen === undefined ? `${verdict.zh}。` : `${verdict.zh}，合计 ${yuan(amountFen)}。`,
    en: amountFen === undefined ? `${verdict.en}.` : `${verdict.en}, ${cny(amountFen)} together.`,
  }));
  return item;
}

/** What the payments carry for these months or years; undefined where one of them carries no amount. A resident gets the own premium back. */
function amountOf(
  months: readonly FeeMonth[] | undefined,
  years: readonly Fact<'Paid'>[] | undefined,
): number | undefined {
  let sum: Share = shareOf(0, 1, 1);
  for (const { payment } of months ?? []) {
    const { unitFen, personFen, feeMonths } = payment.data;
    if (unitFen === undefined && personFen === undefined) return undefined;
    const whole = monthsOf(feeMonths!);
    sum = plus(sum, shareOf((unitFen ?? 0) + (personFen ?? 0), 1, whole));
  }
  for (const { data } of years ?? []) {
    if (data.personFen === undefined) return undefined;
    sum = plus(sum, shareOf(data.personFen, 1, 1));
  }
  return halfUp(sum);
}

function monthsOf({ from, through }: { from: string; through: string }): number {
  return (+through.slice(0, 4) - +from.slice(0, 4)) * 12 + +through.slice(5, 7) - +from.slice(5, 7) + 1;
}
