'use strict';

const { sql } = require('@event-driven-io/dumbo');
const { pongoSingleStreamProjection, postgreSQLRawSQLProjection } = require('@event-driven-io/emmett-postgresql');

/*
 * One read model of a person, kept in the two ways that Emmett offers: how many events and months paid, which relations, payments and
 * changes of state. It is less than the ledger keeps: no correction is applied, nobody is merged, and no law is asked.
 */

/** Every type of a person's stream that is invented, so that every event is folded, as the ledger does. */
const canHandle = [
  ...[
    'Registered',
    'Paid',
    'Suspended',
    'Transferred',
    'Retired',
    'Refunded',
    'Identified',
    'Merged',
    'Unmerged',
    'Died',
  ],
  ...['Terminated', 'ResidenceChanged', 'EmploymentStarted', 'EmploymentEnded', 'BaseDeclared', 'Assessed'],
  ...['BackPaymentRequested', 'YearsRecognised', 'YearsConverted', 'MilitaryServed', 'MilitarySpouseReleased'],
  ...['StatutoryAgeReached', 'AidGranted', 'AidEnded', 'StudentEnrolled', 'StudentGraduated', 'CustodyStarted'],
  ...[
    'CustodyEnded',
    'UnemploymentBenefitStarted',
    'UnemploymentBenefitEnded',
    'DuplicateDetected',
    'DuplicateElected',
  ],
  ...['DuplicateResolved', 'RefundRequested', 'RefundDenied', 'Admitted', 'Discharged', 'Corrected', 'Voided'],
];

const COLLECTION = 'persons';

/** One document a person: how Emmett's guide has a read model of one stream written. */
const documents = pongoSingleStreamProjection({
  collectionName: COLLECTION,
  // Its table is made beforehand; otherwise it would be asked for at every event.
  collectionOptions: { schema: { autoMigration: 'None' } },
  canHandle,
  initialState: () => ({ events: 0, paidMonths: 0, relations: {}, payments: {}, states: [] }),
  evolve: (person, { type, data: { effectiveOn, data }, metadata: { messageId } }) => {
    const next = { ...person, events: person.events + 1 };
    switch (type) {
      case 'Paid': {
        const months = monthsOf(data);
        next.paidMonths += months;
        next.payments = { ...person.payments, [messageId]: months };
        break;
      }
      case 'Registered':
        next.relations = { ...person.relations, [messageId]: [data.scheme, data.region, effectiveOn] };
        next.states = [...person.states, [type, effectiveOn]];
        break;
      case 'Suspended':
      case 'Terminated':
      case 'Retired':
      case 'Died':
        next.states = [...person.states, [type, effectiveOn]];
        break;
      case 'Voided': {
        const { [data.target]: payment = 0, ...payments } = person.payments;
        const { [data.target]: _, ...relations } = person.relations;
        Object.assign(next, { paidMonths: person.paidMonths - payment, payments, relations });
        break;
      }
    }
    return next;
  },
});

/** The same in tables, one statement an event and nothing read back: the fastest way that Emmett leaves open. */
const tables = {
  ...postgreSQLRawSQLProjection({
    name: 'tables',
    canHandle,
    init: () => [
      sql('create table if not exists person (id text primary key, events int not null, paid_months int not null)'),
      sql('create table if not exists payment (id text primary key, person text not null, months int not null)'),
      sql(
        'create table if not exists relation (id text primary key, person text, scheme text, region text, since text)',
      ),
      sql('create table if not exists state (person text not null, type text not null, since text not null)'),
    ],
    evolve: ({ type, data: { effectiveOn, data }, metadata: { messageId: id, streamName: person } }) => {
      switch (type) {
        case 'Paid': {
          const months = monthsOf(data);
          const payment = sql('with kept as (insert into payment values (%L, %L, %s))', id, person, months);
          return sql('%s %s', payment, counted(person, months));
        }
        case 'Registered': {
          const { scheme, region } = data;
          const relation = sql(
            'insert into relation values (%L, %L, %L, %L, %L)',
            id,
            person,
            scheme,
            region,
            effectiveOn,
          );
          const state = sql('insert into state values (%L, %L, %L)', person, type, effectiveOn);
          return sql('with related as (%s), changed as (%s) %s', relation, state, counted(person, 0));
        }
        case 'Suspended':
        case 'Terminated':
        case 'Retired':
        case 'Died': {
          const state = sql('insert into state values (%L, %L, %L)', person, type, effectiveOn);
          return sql('with changed as (%s) %s', state, counted(person, 0));
        }
        case 'Voided': {
          const relation = sql('delete from relation where id = %L', data.target);
          const payment = sql('delete from payment where id = %L returning months', data.target);
          const months = '-coalesce((select months from unpaid), 0)';
          return sql('with unrelated as (%s), unpaid as (%s) %s', relation, payment, counted(person, months));
        }
        default:
          return counted(person, 0);
      }
    },
  }),
  truncate: ({ execute }) => execute.command(sql('truncate person, payment, relation, state')),
};

function counted(person, months) {
  return sql(
    `insert into person values (%L, 1, %s) on conflict (id) do update
      set events = person.events + 1, paid_months = person.paid_months + excluded.paid_months`,
    person,
    months,
  );
}

/** A benefit year counts as twelve. */
function monthsOf({ feeMonths }) {
  if (!feeMonths) return 12;
  return monthNumber(feeMonths.through) - monthNumber(feeMonths.from) + 1;
}

function monthNumber(month) {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
}

/** What each holds of everybody. */
const contents = {
  documents: sql(
    `select substr(_id, 8) as person, (data->>'events')::int as events, (data->>'paidMonths')::int as months,
      (select count(*)::int from jsonb_object_keys(data->'relations')) as relations from persons`,
  ),
  tables: sql(
    `select substr(id, 8) as person, events, paid_months as months,
      (select count(*)::int from relation where relation.person = person.id) as relations from person`,
  ),
};

module.exports = { COLLECTION, projections: { documents, tables }, contents };
