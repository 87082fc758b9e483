import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { textOfNote } from './note';

const BETWEEN = '=====';

/** The checkpoints that a witness file holds, as notes. Throws, naming the place, where something in it is none. */
export function readWitness(file: string): string[] {
  const notes = readFileSync(file, 'utf8')
    .split(`${BETWEEN}\n`)
    .filter((note) => note !== '');
  notes.forEach((note, index) => {
    if (textOfNote(note) === undefined) {
      throw new Error(
        `${file}: part ${index + 1} is no signed note; expected checkpoints, each followed by a line ${BETWEEN}`,
      );
    }
  });
  return notes;
}

/** Adds a checkpoint to a witness file, made where there is none; one it holds already is left alone. Gives whether it was new. */
export function addToWitness(file: string, note: string): boolean {
  if (existsSync(file) && readWitness(file).includes(note)) return false;
  appendFileSync(file, `${note}${BETWEEN}\n`);
  return true;
}
