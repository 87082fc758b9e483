/**
 * A second process on an embedded store that another one writes. Arguments: file, and `write` or `follow`.
 * To write it must be refused, and prints why; following, it prints `event POSITION ID` for each event.
 */
import { writeSync } from 'node:fs';
import { openEmbeddedReader, openEmbeddedStore } from '../embedded';

const [, , file, how] = process.argv;

if (how === 'write') {
  try {
    openEmbeddedStore({ file: file! });
    writeSync(1, 'opened\n');
  } catch (error) {
    writeSync(1, `${(error as Error).message}\n`);
  }
} else {
  openEmbeddedReader({ file: file! }).subscribeAll({}, async (batch) => {
    for (const { position, id } of batch) writeSync(1, `event ${position} ${id}\n`);
  });
}
