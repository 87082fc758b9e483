const pure = '^(events|projections|libs/calendar|libs/enrollment|libs/policy/evaluation)/';
const tests = '(\\.spec\\.ts$|/testing/)';
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'A cycle means two folders are one idea or the border is drawn wrong; neither can be read or tested alone.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'calendar-is-the-floor',
      comment: 'Days and months are what everything stands on, so they stand on nothing.',
      severity: 'error',
      from: { path: '^libs/calendar/', pathNot: tests },
      to: { pathNot: '^libs/calendar/' },
    },
    {
      name: 'events-know-only-the-calendar',
      comment: 'The language of events outlives every program that reads it; it may not lean on one.',
      severity: 'error',
      from: { path: '^events/', pathNot: tests },
      to: { pathNot: '^(events/|libs/calendar/|node_modules/(class-validator|class-transformer|reflect-metadata)/)' },
    },
    {
      name: 'event-store-knows-no-enrollment',
      comment: 'A store keeps what it is given; if it knew the business, changing a rule could lose facts.',
      severity: 'error',
      from: { path: '^libs/event-store/', pathNot: tests },
      to: { path: '^(events|projections|policies|apps|libs/(policy|enrollment|read-model|calendar))/' },
    },
    {
      name: 'answers-stand-on-facts-and-packs',
      comment: 'An answer is a function of history, packs and the question; stores and apps may not leak into it.',
      severity: 'error',
      from: { path: '^projections/', pathNot: tests },
      to: { pathNot: '^(projections/|events/|libs/(policy|calendar)/)' },
    },
    {
      name: 'deciders-stand-on-answers-and-packs',
      comment: 'A decision uses what the answers say and the packs rule; it appends nothing itself.',
      severity: 'error',
      from: { path: '^libs/enrollment/', pathNot: tests },
      to: { pathNot: '^(libs/(enrollment|policy|calendar)/|events/|projections/)' },
    },
    {
      name: 'pure-folders-touch-no-machine',
      comment: 'Without clock, disk or framework the same basis gives the same answer on any machine, years later.',
      severity: 'error',
      from: { path: pure, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-folders-know-no-nest',
      comment: 'Nest is the edge; the law must be readable and testable without it.',
      severity: 'error',
      from: { path: pure, pathNot: tests },
      to: { path: 'node_modules/(@nestjs|better-sqlite3|pg|kysely|@eventstore)/' },
    },
    {
      name: 'libs-know-no-app',
      comment: 'Imports point one way; an app may be replaced without touching what it stands on.',
      severity: 'error',
      from: { path: '^(libs|events|projections)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'product-knows-no-peer',
      comment:
        'What the ledger is measured against is installed apart, if at all; the bench only starts it as a process.',
      severity: 'error',
      from: { path: '^(apps|libs|events|projections)/' },
      to: { path: '^bench/|@event-driven-io/' },
    },
    {
      name: 'tests-stay-tests',
      comment: 'What ships must not need what only tests bring.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '\\.spec\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(dist|apps/console)/' },
  },
};
