import { loadPolicies } from '../../libs/policy/loader';
import { historyAt } from '../history';
import { Inquiry } from '../inquiry';
import { paymentRecord } from '../payments';
import { dayNumber } from '../../libs/calendar';
import { contributionOn } from '.';
import { retirementOn, retireeFrom } from '../retirement';
it('bench', () => {
  const { policies } = loadPolicies('policies');
  for (const n of [60, 600]) {
    const events: any[] = [];
    const ym = (i: number) => `${String(Math.floor((1975 * 12 + i) / 12))}-${String(((1975 * 12 + i) % 12) + 1).padStart(2, '0')}`;
    for (let i = 0; i < n; i++) { const m = ym(600 - n + i); events.push({ id: 'e' + i, type: 'Paid', stream: 'person-P', effectiveOn: m + '-05', recordedAt: m + '-05T00:00:00.000+08:00', data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from: m, through: m } }, metadata: {} }); }
    events.push({ id: 'id', type: 'Identified', stream: 'person-P', effectiveOn: '1900-01-01', recordedAt: '1900-01-01T00:00:00.000+08:00', data: { sex: 'male' }, metadata: {} });
    events.push({ id: 'age', type: 'StatutoryAgeReached', stream: 'person-P', effectiveOn: '2022-08-01', recordedAt: '2022-08-01T00:00:00.000+08:00', data: {}, metadata: {} });
    const person = historyAt(events, '2025-01-01T00:00:00.000+08:00');
    const once = (parts: number[]) => {
      const inquiry = new Inquiry({ question: { person: 'P', region: '211200', validOn: '2024-12-31', knownAt: '2025-01-01' }, person, regions: new Map(), policies } as any);
      const p = paymentRecord(person);
      const on = dayNumber('2024-12-31');
      const a = process.hrtime.bigint(); const c = contributionOn(inquiry, p, on);
      const b = process.hrtime.bigint(); const r = retirementOn(inquiry, p, c, on);
      const d = process.hrtime.bigint(); retireeFrom(inquiry, p);
      const e = process.hrtime.bigint();
      parts[0]! += Number(b - a); parts[1]! += Number(d - b); parts[2]! += Number(e - d);
      return [c, r];
    };
    for (let i = 0; i < 2000; i++) once([0, 0, 0]);
    const parts = [0, 0, 0]; for (let i = 0; i < 2000; i++) once(parts);
    console.log(n, parts.map((x) => (x / 2000 / 1000).toFixed(1) + 'µs').join(' '), JSON.stringify(once([0, 0, 0])));
  }
});
