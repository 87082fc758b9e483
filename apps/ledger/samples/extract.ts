import { monthNumber, toMonth, type Day, type Month } from '../../../libs/calendar';
import { csvLine } from '../../../libs/importing';

/** A line of a JSONL file: an envelope without what the ledger adds. */
export interface EventLine {
  type: string;
  person?: string;
  stream?: string;
  effectiveOn: Day;
  recordedAt: string;
  data: object;
  metadata?: object;
}

/** A correction of a payment row that is in the payments file; its target's id is known once that file is read. */
export interface LateCorrection {
  person: string;
  feeMonth: Month;
  /** What the payment should have said. */
  effectiveOn?: Day;
  data?: object;
  on: Day;
  recordedAt: string;
  reason: string;
}

export interface RelationRow {
  person: string;
  insutype: string;
  category: string;
  from: Day;
  through?: Day;
  firstMonth?: Month;
  status?: string;
  changeReason?: string;
  employer?: string;
  fundMode?: string;
  retired?: string;
  recorded?: string;
}

export interface PaymentRow {
  person: string;
  insutype: string;
  category: string;
  from: Month;
  through?: Month;
  arrival?: Day;
  kind?: string;
  paid?: string;
  reversal?: string;
  employer?: string;
  unitYuan?: number;
  personYuan?: number;
  recorded?: string;
}

const RELATIONS =
  'psn_insu_rlts_id psn_no insutype psn_type insu_admdvs emp_no emp_name hi_type crt_insu_date paus_insu_date fst_insu_ym psn_insu_stas insutype_retr_flag chg_rea opt_time'.split(
    ' ',
  );
const PAYMENTS =
  'psn_no insutype psn_type insu_admdvs emp_no emp_name accrym_begn accrym_end arvl_date clct_type clct_flag revs_flag emp_clct_amt psn_clct_amt latefee opt_time'.split(
    ' ',
  );

/** What an agency of one region hands over: its people's relations and payments, and the events that tables cannot carry. */
export class RegionExtract {
  readonly events: EventLine[] = [];
  readonly corrections: LateCorrection[] = [];
  /** Who shows what, for the page beside the files. */
  readonly stories: { person: string; zh: string; en: string }[] = [];
  private readonly relations: string[][] = [];
  private readonly payments: string[][] = [];
  private readonly latePayments: string[][] = [];
  private readonly random: () => number;
  private people = 0;

  constructor(
    readonly region: string,
    private readonly employers: readonly { id: string; name: string }[],
    seed: number,
  ) {
    this.random = randomFrom(seed);
  }

  /** The next person; the first of each kind is told on the page. */
  nextPerson(story?: { zh: string; en: string }): string {
    this.people += 1;
    const person = `P${this.region}${String(this.people).padStart(4, '0')}`;
    if (story) this.stories.push({ person, ...story });
    return person;
  }

  /** A whole number from 0, below the limit. */
  any(below: number): number {
    return Math.floor(this.random() * below);
  }

  anyEmployer(): string {
    return this.employers[this.any(this.employers.length)]!.id;
  }

  relate(row: RelationRow): void {
    const { person, insutype, category, from, through = '', firstMonth = from.slice(0, 7), status = '1', employer = '' } = row;
    this.relations.push([
      `R${this.region}${String(this.relations.length + 1).padStart(6, '0')}`,
      person,
      insutype,
      category,
      this.region,
      employer,
      this.employerName(employer),
      row.fundMode ?? (insutype === '310' ? '1' : ''),
      from,
      through,
      firstMonth.replace('-', ''),
      status,
      row.retired ?? '0',
      row.changeReason ?? '',
      row.recorded ?? `${through === '' ? from : through} 16:30:00`,
    ]);
  }

  /** A payment; `late` ones are handed over in the second file. */
  pay(row: PaymentRow, late = false): void {
    const { person, insutype, category, from, through = from, arrival = '', employer = '', unitYuan = 0, personYuan = 0 } = row;
    (late ? this.latePayments : this.payments).push([
      person,
      insutype,
      category,
      this.region,
      employer,
      this.employerName(employer),
      from.replace('-', ''),
      through.replace('-', ''),
      arrival,
      row.kind ?? '10',
      row.paid ?? '1',
      row.reversal ?? 'Z',
      unitYuan.toFixed(2),
      personYuan.toFixed(2),
      '0.00',
      row.recorded ?? (arrival === '' ? `${from}-25 09:00:00` : `${arrival} 18:00:00`),
    ]);
  }

  /** One payment a fee month, on a day of it. */
  payMonths(row: Omit<PaymentRow, 'from' | 'through' | 'arrival'>, from: Month, through: Month, date: number, late = false): void {
    for (let month = monthNumber(from); month <= monthNumber(through); month++) {
      const feeMonth = toMonth(month);
      this.pay({ ...row, from: feeMonth, arrival: `${feeMonth}-${String(date).padStart(2, '0')}` }, late);
    }
  }

  tell(line: EventLine): void {
    this.events.push(line);
  }

  /** Rows as they come in real extracts: with mistakes. */
  spoil(table: 'relations' | 'payments', cells: string[]): void {
    (table === 'relations' ? this.relations : this.payments).push(cells);
  }

  relationsCsv(): string {
    return [RELATIONS, ...this.relations].map(csvLine).join('');
  }

  paymentsCsv(): string {
    return [PAYMENTS, ...this.payments].map(csvLine).join('');
  }

  latePaymentsCsv(): string {
    return [PAYMENTS, ...this.latePayments].map(csvLine).join('');
  }

  private employerName(id: string): string {
    return this.employers.find((employer) => employer.id === id)?.name ?? '';
  }
}

/** A small generator of numbers from 0 to 1 (mulberry32): the same seed, the same samples, on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
