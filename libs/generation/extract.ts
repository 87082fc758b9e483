import type { DataOf, LedgerEvent, Participation } from '../../events';

/** What an agency would hand over of the same people: rows of two tables, and the events that no table carries. */
export interface Extract {
  relations: string[][];
  payments: string[][];
  events: LedgerEvent[];
}

/** The headers of the two tables, with the national field names. */
export const RELATION_COLUMNS = (
  'psn_insu_rlts_id psn_no insutype psn_type emp_mgt_type insu_admdvs emp_no hi_type crt_insu_date paus_insu_date ' +
  'fst_insu_ym psn_insu_stas insutype_retr_flag chg_rea opt_time'
).split(' ');
export const PAYMENT_COLUMNS = (
  'psn_no insutype psn_type emp_mgt_type insu_admdvs emp_no accrym_begn accrym_end arvl_date clct_type clct_flag ' +
  'revs_flag emp_clct_amt psn_clct_amt latefee opt_time'
).split(' ');

const INSURANCE = { employee: '310', resident: '390' } as const;
const CATEGORY: Readonly<Record<Participation, string>> = {
  employed: '1101',
  flexible: '1103',
  unemployed: '1101',
  general: '1501',
  newborn: '1401',
  student: '1404',
  formerEmployee: '1501',
  special: '1501',
};
const UNEMPLOYED = '05';
const COLLECTION = { regular: '10', annual: '10', back: '30', backUnregistered: '30', lumpSum: '33' } as const;

/** One person's events as rows. What was corrected, what a table has no column for, and what stands in another record stays an event. */
export function extractOf(events: readonly LedgerEvent[]): Extract {
  const extract: Extract = { relations: [], payments: [], events: [] };
  const amendments = new Map<string, LedgerEvent[]>();
  for (const event of events) {
    if (event.type === 'Corrected' || event.type === 'Voided') {
      amendments.set(event.data.target, [...(amendments.get(event.data.target) ?? []), event]);
    }
  }
  const reversed = new Set<string>();
  for (const event of events) {
    const amended = amendments.get(event.id) ?? [];
    if (
      event.type === 'Registered' &&
      amended.length === 0 &&
      event.metadata.exceptions === undefined &&
      !event.data.freshGraduate
    ) {
      extract.relations.push(relationRow(event, extract.relations.length));
      continue;
    }
    if (event.type === 'Paid' && event.data.monthsBought === undefined) {
      const [only, ...more] = amended;
      if (only === undefined) {
        extract.payments.push(paymentRow(event));
        continue;
      }
      if (only.type === 'Voided' && more.length === 0 && !amendments.has(only.id)) {
        reversed.add(only.id);
        extract.payments.push(paymentRow(event, '+'), paymentRow(event, '-', only));
        continue;
      }
    }
    if (!reversed.has(event.id)) extract.events.push(event);
  }
  return extract;
}

function relationRow(event: OneEvent<'Registered'>, index: number): string[] {
  const { scheme, region, participation, employerId = '', fundMode, firstTime } = event.data;
  return [
    `R${event.stream.slice('person-'.length)}-${index + 1}`,
    event.stream.slice('person-'.length),
    INSURANCE[scheme],
    CATEGORY[participation],
    participation === 'unemployed' ? UNEMPLOYED : '',
    region,
    employerId,
    fundMode === undefined ? '' : fundMode === 'withAccount' ? '1' : '2',
    event.effectiveOn,
    '',
    firstTime === true ? event.effectiveOn.slice(0, 7).replace('-', '') : '',
    '1',
    '0',
    '',
    clock(event.recordedAt),
  ];
}

function paymentRow(event: OneEvent<'Paid'>, reversal = 'Z', voiding?: LedgerEvent): string[] {
  const {
    scheme,
    region,
    kind,
    participation,
    employerId = '',
    unitFen = 0,
    personFen = 0,
    lateFeeFen = 0,
  } = event.data;
  const [from, through] = period(event.data);
  const sign = voiding ? -1 : 1;
  return [
    event.stream.slice('person-'.length),
    INSURANCE[scheme],
    participation === undefined ? '' : CATEGORY[participation],
    participation === 'unemployed' ? UNEMPLOYED : '',
    region,
    employerId,
    from,
    through,
    (voiding ?? event).effectiveOn,
    COLLECTION[kind],
    '1',
    reversal,
    yuan(sign * unitFen),
    yuan(sign * personFen),
    yuan(sign * lateFeeFen),
    clock((voiding ?? event).recordedAt),
  ];
}

type OneEvent<T extends LedgerEvent['type']> = LedgerEvent & { type: T; data: DataOf<T> };

function period({ feeMonths, benefitYear }: DataOf<'Paid'>): [string, string] {
  if (feeMonths === undefined) return [`${benefitYear}01`, `${benefitYear}12`];
  return [feeMonths.from.replace('-', ''), feeMonths.through.replace('-', '')];
}

function yuan(fen: number): string {
  const whole = Math.trunc(Math.abs(fen) / 100);
  return `${fen < 0 ? '-' : ''}${whole}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;
}

/** `YYYY-MM-DD HH:mm:ss`, as agencies write it. */
function clock(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;
}
