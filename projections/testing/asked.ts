import { endOfDay } from '../../libs/calendar';
import { loadPoliciesOrThrow } from '../../libs/policy/loader';
import type { LedgerEvent } from '../../events';
import type { Answer } from '../answer/answer';
import type { Timeline } from '../coverage';
import { historyAt, type History } from '../history';
import { Inquiry } from '../inquiry';
import { paymentRecord, type PaymentRecord } from '../payments';

/** An event in short: type, day and data. Its id is its place in the list: `e0`, `e1`, … */
export type Given = readonly [type: string, on: string, data?: object];

interface Basis {
  region: string;
  validOn: string;
  given: readonly Given[];
  readings?: Record<string, string>;
  /** Values published for the region, for all time. */
  reference?: Record<string, string | number | boolean>;
}

const policies = loadPoliciesOrThrow('policies');

export const emptyTimeline: Timeline = {
  relations: [],
  windows: [],
  waivers: [],
  breaks: [],
  covered: [],
  paused: [],
  pending: [],
  open: [],
};

/** An inquiry on the packs of this repository, for testing one projection by itself. `region` fills in where data leaves it out. */
export function asked({ region, validOn, given, readings, reference = {} }: Basis): {
  inquiry: Inquiry;
  payments: PaymentRecord;
  undetermined(): Answer['undetermined'];
  because(): Answer['because'];
} {
  const person = historyOf(given.map(([type, on, data = {}]) => [type, on, withRegion(type, data, region)]));
  const published = historyOf(
    Object.entries(reference).map(([name, value]) => [
      'ReferenceValuePublished',
      '1900-01-01',
      { name, value, unit: '-', validFrom: '1900-01-01', source: 'fixture' },
    ]),
  );
  const inquiry = new Inquiry({
    question: { person: 'P', region, validOn, knownAt: '2099-12-31', readings },
    person,
    regions: new Map([[region, published]]),
    policies,
  });
  return {
    inquiry,
    payments: paymentRecord(person),
    undetermined: () => inquiry.trace().undetermined,
    because: () => inquiry.trace().because,
  };
}

function withRegion(type: string, data: object, region: string): object {
  return type === 'Transferred' ? { toRegion: region, ...data } : { region, ...data };
}

function historyOf(given: readonly Given[]): History {
  const events = given.map(([type, effectiveOn, data], index) => ({
    id: `e${index}`,
    type,
    stream: 'person-P',
    effectiveOn,
    recordedAt: endOfDay(effectiveOn),
    data,
    metadata: {},
  })) as unknown as LedgerEvent[];
  return historyAt(events, endOfDay('2099-12-31'));
}
