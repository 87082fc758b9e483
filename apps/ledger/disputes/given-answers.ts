import type { Command } from 'commander';
import { Disputes, type AnswerAtBasis, type AskedAgain, type Basis, type GivenAnswer } from '../../../libs/disputes';
import { engineIn } from '../../../libs/settings';
import { openLedger } from '../../../libs/ledger';
import { installation } from '../../../libs/settings';
import { openPolicies } from '../installation';
import { answerPage, table } from '../pages';
import { readingStore, storeLocation, writingStore } from '../store-access';
import { BadInput, addCommand, printedJson, type Language, type Status, type Terminal } from '../terminal';
import { askable, asking, found, personOf, withLedgerOptions, type DisputeOptions } from './asking';

/** Who asked for an answer that is handed out. */
export interface GivingOptions extends DisputeOptions {
  asker?: string;
  purpose?: string;
  actor?: string;
}

/** `ledger answers PERSON`: the answers that were handed out. */
export function addGivenAnswers(program: Command, terminal: Terminal): void {
  addCommand<DisputeOptions>(
    program,
    'answers <person>',
    'the answers that were handed out about a person; ledger answer --given ID asks one again',
    (command) => withLedgerOptions(command),
    async ([person], options) =>
      asking<Status>(options, async ({ disputes }) => {
        const answers = found(personOf(person), await disputes.givenAnswers(personOf(person)));
        terminal.out(options.json ? printedJson(answers) : listPage(answers, options.lang));
        return 0;
      }),
  );
}

/** Asks on the basis and records that the answer was handed out: status 0 when the person is covered, 1 when not. */
export async function giveAnswer(
  person: string,
  basis: Basis,
  options: GivingOptions,
  terminal: Terminal,
): Promise<Status> {
  const { asker, purpose, actor, lang } = options;
  if (asker === undefined) throw new BadInput('--asker: expected who asks: an office, a court, a case number');
  const policies = openPolicies(options.policies);
  const location = storeLocation(options.store);
  // Looked at first: a store is not made by asking it.
  await readingStore(location, () => Promise.resolve());
  return writingStore<Status>(location, (store) =>
    askable(async () => {
      const ledger = openLedger({ store, policies, clock: Date.now });
      const by = { asker, ...(purpose === undefined ? {} : { purpose }) };
      const engine = engineIn(installation()).version;
      const giving = await new Disputes({ ledger, policies }).giving(person, basis, by, { engine });
      const { answer, event } = found(person, giving);
      const outcome = await ledger.recordPersonEvents(person, [event], { actor });
      if (outcome.outcome === 'invalid') {
        const [fault] = outcome.faults;
        throw new BadInput(`--${fault!.field.replace(/^data\./, '')}: expected ${fault!.expected}`);
      }
      if (outcome.outcome !== 'recorded') throw new Error(`the answer was not recorded: ${outcome.outcome}`);
      const [{ id } = { id: '' }] = outcome.events;
      if (options.json) terminal.out(printedJson({ id, answer }));
      else {
        terminal.out(answerPage({ answer, policies, language: lang }));
        terminal.out(
          lang === 'zh'
            ? `\n已记录出具（事件 ${id}）；ledger answer --store ${location} --person ${person} --given ${id} 可按原依据重算\n`
            : `\nrecorded as handed out (event ${id}); ledger answer --store ${location} --person ${person} --given ${id} asks it again\n`,
        );
      }
      return statusOf(answer);
    }),
  );
}

/** Asks an answer that was handed out again: status 0 when it is the same byte for byte, 1 when not. */
export async function askAgain(
  person: string,
  id: string,
  options: DisputeOptions,
  terminal: Terminal,
): Promise<Status> {
  return asking<Status>(options, async ({ disputes, policies }) => {
    const again = await disputes.askedAgain(person, id, { engine: engineIn(installation()).version });
    if (!again) throw new BadInput(`--given: no answer ${id} was handed out about ${person}; see ledger answers`);
    if (options.json) terminal.out(printedJson(again));
    else {
      if (again.answer) terminal.out(answerPage({ answer: again.answer, policies, language: options.lang }));
      terminal.out(againPage(again, options.lang));
    }
    return again.same ? 0 : 1;
  });
}

function statusOf({ benefit }: AnswerAtBasis): Status {
  return benefit.status === 'covered' ? 0 : 1;
}

function listPage(answers: readonly GivenAnswer[], lang: Language): string {
  const zh = lang === 'zh';
  if (answers.length === 0) return zh ? '没有出具过核定答复\n' : 'no answer was handed out\n';
  const rows = answers.map(({ recordedAt, asker, purpose, basis, id, voided }) => [
    recordedAt,
    `${asker}${purpose === undefined ? '' : ` · ${purpose}`}`,
    basis,
    `${id}${voided ? (zh ? '（已撤销）' : ' (taken back)') : ''}`,
  ]);
  const head = zh ? ['记录时间', '申请方', '口径', '编号'] : ['recorded', 'asked by', 'basis', 'id'];
  return `${table([head, ...rows]).join('\n')}\n`;
}

function againPage({ given, same, digest = '—', engine, findings }: AskedAgain, lang: Language): string {
  const zh = lang === 'zh';
  const lines = [
    '',
    zh
      ? `出具于 ${given.recordedAt}，申请方：${given.asker}，口径 ${given.basis}`
      : `handed out at ${given.recordedAt} to ${given.asker}, on ${given.basis}`,
    same
      ? zh
        ? '按原依据重算，逐字节相同'
        : 'asked again on what it stood on: the same, byte for byte'
      : zh
        ? '按原依据重算，结果不同'
        : 'asked again on what it stood on: not the same',
    zh
      ? `摘要（${given.algorithm}）：出具时 ${given.digest}，现在 ${digest}`
      : `digest (${given.algorithm}): ${given.digest} then, ${digest} now`,
    zh ? `程序：出具时 ${engine.given}，此处 ${engine.here}` : `program: ${engine.given} then, ${engine.here} here`,
    ...findings.map((finding) => `- ${zh ? finding.zh : finding.en}`),
  ];
  return `${lines.join('\n')}\n`;
}
