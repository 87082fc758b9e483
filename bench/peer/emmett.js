'use strict';

/*
 * Emmett on the ledger's own events, as a process of its own that the bench drives by messages:
 *   node emmett.js <PostgreSQL address> <events, a JSON a line>
 *   { append: true }           appends everything, a stream at a time           → { events }
 *   { warmUp: 'documents' }    rebuilds the beginning of that projection        → {}
 *   { rebuild: 'documents' }   rebuilds all of it                               → { seconds, cpuSeconds }
 *   { contents: 'documents' }  what it holds of everybody → { rows: [{ person, events, months, relations }] }
 * A failure is answered with { failed }.
 */

const { createReadStream } = require('node:fs');
const { createInterface } = require('node:readline');
const { dumbo, sql } = require('@event-driven-io/dumbo');
const { getPostgreSQLEventStore, rebuildPostgreSQLProjections } = require('@event-driven-io/emmett-postgresql');
const { pongoClient } = require('@event-driven-io/pongo');
const { COLLECTION, contents, projections } = require('./projections');

/** It reads the rest of the log again for every batch, so large ones suit it; between them it would wait 50 ms if not told. */
const PULLING = { batchSize: 1000, pullingFrequencyInMs: 0 };
/** Events. */
const WARM_UP = 5000;

const [address, file] = process.argv.slice(2);
const store = getPostgreSQLEventStore(address);
const pool = dumbo({ connectionString: address });
let rebuilds = 0;

const tasks = {
  async append() {
    const streams = new Map();
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const { id, type, stream, effectiveOn, recordedAt, data, metadata } = JSON.parse(line);
      const event = { type, data: { effectiveOn, recordedAt, data }, metadata: { ...metadata, messageId: id } };
      const before = streams.get(stream);
      if (before) before.push(event);
      else streams.set(stream, [event]);
    }
    const pongo = pongoClient(address);
    await pongo.db().collection(COLLECTION).createCollection();
    await pongo.close();
    for (const [stream, told] of streams) await store.appendToStream(stream, told);
    const [{ events }] = (await pool.execute.query(sql('select count(*)::int as events from emt_messages'))).rows;
    return { events };
  },

  async warmUp(name) {
    let seen = 0;
    await rebuilt(name, { stopAfter: () => ++seen === WARM_UP });
    return {};
  },

  async rebuild(name) {
    await pool.execute.command(sql('vacuum analyze'));
    const before = process.cpuUsage();
    const started = performance.now();
    await rebuilt(name);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    return { seconds, cpuSeconds: (user + system) / 1e6 };
  },

  async contents(name) {
    return { rows: (await pool.execute.query(contents[name])).rows };
  },
};

async function rebuilt(name, options) {
  const consumer = rebuildPostgreSQLProjections({
    connectionString: address,
    pool,
    // Under an id of its own, or it would go on where the one before has ended.
    projections: [{ projection: projections[name], processorId: `rebuild-${++rebuilds}`, ...options }],
    pulling: PULLING,
  });
  await consumer.start();
}

process.on('message', async (message) => {
  const [[task, argument]] = Object.entries(message);
  try {
    process.send(await tasks[task](argument));
  } catch (error) {
    process.send({ failed: error.stack });
  }
});
process.on('disconnect', () => process.exit());
