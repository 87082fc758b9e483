import type { Command } from 'commander';
import { instantOf } from '../../../libs/ledger';
import { listParked, unpark, type ParkedPerson, type Unparked } from '../../../libs/read-model';
import { isPersonId } from '../../../events';
import { openPolicies } from '../installation';
import { table } from '../pages';
import { readingStore } from '../store-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import { existingPlaces, usingReadModel, withPlaces, type PlaceOptions } from './places';

type ListOptions = OutputOptions & PlaceOptions;

interface UnparkOptions extends ListOptions {
  all?: boolean;
}

const LIST_EXAMPLE = `
Example: who is parked, and by which event
  ledger parked

Exit status: 0 the list, which may be empty · 2 bad usage or input`;

const UNPARK_EXAMPLE = `
Example: after an upgrade that can read the event, or after it was corrected, try everybody again
  ledger unpark --all

Exit status: 0 nobody who was tried is parked any more · 1 somebody still is · 2 bad usage or input`;

/** `ledger parked`: the persons of whom an event cannot be read, or whose history cannot be evaluated. */
export function addParked(program: Command, terminal: Terminal): void {
  addCommand<ListOptions>(
    program,
    'parked',
    'list the persons of whom an event cannot be read: their answers and tables say so, everybody else goes on',
    (command) => withPlaces(command).addHelpText('after', LIST_EXAMPLE),
    (_, options) => runParked(options, terminal),
  );
}

/** `ledger unpark`: status 1 where somebody stays parked. */
export function addUnpark(program: Command, terminal: Terminal): void {
  addCommand<UnparkOptions>(
    program,
    'unpark [person]',
    'fold a parked person again from the log; where that succeeds he has his rows',
    (command) => withPlaces(command).option('--all', 'everybody who is parked').addHelpText('after', UNPARK_EXAMPLE),
    ([person], options) => runUnpark(person, options, terminal),
  );
}

async function runParked(options: ListOptions, terminal: Terminal): Promise<Status> {
  const places = existingPlaces(options);
  const parked = await usingReadModel(places, () => listParked(places.readModel));
  terminal.out(options.json ? printedJson(parked) : parkedPage(parked, options.lang === 'zh'));
  return 0;
}

function parkedPage(parked: readonly ParkedPerson[], zh: boolean): string {
  if (parked.length === 0) return zh ? '没有被搁置的人\n' : 'Nobody is parked\n';
  const head = zh ? ['人员', '位置', '事件', '搁置时间', '原因'] : ['person', 'where', 'event', 'parked at', 'reason'];
  const rows = parked.map(({ person, stream, revision, type, version, parkedAt, reason }) => [
    person,
    `${stream}@${revision}`,
    version === null ? type : `${type} v${version}`,
    parkedAt,
    reason,
  ]);
  return `${table([head, ...rows]).join('\n')}\n`;
}

type Tried = { person: string } & Unparked;

async function runUnpark(person: string | undefined, options: UnparkOptions, terminal: Terminal): Promise<Status> {
  if ((person === undefined) === (options.all !== true))
    throw new BadInput('unpark: expected the id of one person, or --all');
  if (person !== undefined && !isPersonId(person)) throw new BadInput('unpark: expected the id of a person');
  const places = existingPlaces(options);
  const policies = openPolicies(options.policies);
  const tried = await readingStore(places.store, (store) =>
    usingReadModel(places, async () => {
      const { readModel } = places;
      const persons = person === undefined ? (await listParked(readModel)).map((one) => one.person) : [person];
      const outcomes: Tried[] = [];
      for (const one of persons) {
        const now = () => instantOf(Date.now());
        outcomes.push({ person: one, ...(await unpark({ store, policies, readModel, person: one, now })) });
      }
      return outcomes;
    }),
  );
  terminal.out(options.json ? printedJson(tried) : triedPage(tried, options.lang === 'zh'));
  return tried.some(({ outcome }) => outcome === 'stillParked') ? 1 : 0;
}

function triedPage(tried: readonly Tried[], zh: boolean): string {
  if (tried.length === 0) return zh ? '没有被搁置的人\n' : 'Nobody is parked\n';
  const words = {
    unparked: zh ? '已恢复' : 'is back',
    notParked: zh ? '未被搁置' : 'is not parked',
    stillParked: zh ? '仍被搁置' : 'is still parked',
  };
  const rows = tried.map((one) => [one.person, words[one.outcome], one.outcome === 'stillParked' ? one.reason : '']);
  return `${table(rows).join('\n')}\n`;
}
