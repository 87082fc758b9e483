import type { DuplicateSettledData, Relation } from '../../events';
import type { ElectDuplicate, ResolveDuplicate } from './command';
import { accept, refuse, type Decision, type NewEvent, type Refused } from './decision';
import { Findings } from './findings';
import type { Situation } from './situation';

/** Files the person's written choice of the relation to keep (TL-4.5, JL-S1); where a document ends the others on it, they end. */
export function electDuplicate({ data }: ElectDuplicate, at: Situation): Decision {
  if (settledAlready('DuplicateElected', data, at)) return accept();
  const refused = notAmong(data);
  if (refused) return refused;

  const findings = new Findings();
  const election = at.inquiry.read('duplicates.election', at.region, at.on);
  if (election.known) {
    findings.rests(election.rule, {
      zh: '按本人书面申请保留参保关系，已备案。',
      en: "The relation is kept by the person's written choice.",
    });
  } else {
    findings.silent('duplicates.election', {
      zh: '文件未规定本人能否选择保留的参保关系，请人工核实。',
      en: 'The document does not say whether the person may choose the relation to keep.',
    });
  }
  const ends = election.known && election.value.others === 'terminated';
  return accept(
    [{ type: 'DuplicateElected', effectiveOn: at.day, data }, ...(ends ? endings(data, at) : [])],
    findings.found,
  );
}

/** Settles which relation stays; a choice the person has filed comes before it. */
export function resolveDuplicate({ data }: ResolveDuplicate, at: Situation): Decision {
  if (settledAlready('DuplicateResolved', data, at)) return accept();
  const refused = notAmong(data);
  if (refused) return refused;

  const findings = new Findings();
  const elected = at.inquiry
    .facts('DuplicateElected')
    .findLast((fact) => fact.day <= at.on && fact.data.relations.some((relation) => isSame(relation, data.retained)));
  const election = at.inquiry.read('duplicates.election', at.region, at.on);
  if (elected && election.known && !isSame(elected.data.retained, data.retained)) {
    return refuse(
      election.rule,
      {
        zh: '参保人已书面申请保留另一参保关系，应按本人要求办理。',
        en: 'The person has chosen another relation in writing, and that choice stands.',
      },
      { details: { elected: elected.data.retained } },
    );
  }
  return accept([{ type: 'DuplicateResolved', effectiveOn: at.day, data }], findings.found);
}

function settledAlready(
  type: 'DuplicateElected' | 'DuplicateResolved',
  { retained, relations }: DuplicateSettledData,
  at: Situation,
): boolean {
  const last = at.inquiry
    .facts(type)
    .findLast(
      ({ day, data }) => day <= at.on && relations.every((one) => data.relations.some((other) => isSame(one, other))),
    );
  return last !== undefined && isSame(last.data.retained, retained);
}

function notAmong({ retained, relations }: DuplicateSettledData): Refused | undefined {
  if (relations.some((relation) => isSame(relation, retained))) return undefined;
  return refuse(
    'CV-16',
    {
      zh: '拟保留的参保关系不在重复的参保关系之中。',
      en: 'The relation to be kept is none of those that overlap.',
    },
    { details: { retained } },
  );
}

/** The other resident relations end: the choice of a place is one between resident relations. */
function endings({ retained, relations }: DuplicateSettledData, at: Situation): NewEvent[] {
  return relations
    .filter((relation) => relation.scheme === 'resident' && !isSame(relation, retained))
    .filter(({ scheme, region }) => at.standing(scheme).some((standing) => standing.region === region))
    .map(({ scheme, region }) => ({
      type: 'Terminated',
      effectiveOn: at.day,
      data: { scheme, region, reason: 'duplicate' },
    }));
}

/** Relations are the same when they agree in all that both name. */
function isSame(a: Relation, b: Relation): boolean {
  return (
    a.scheme === b.scheme &&
    a.region === b.region &&
    (a.participation === undefined || b.participation === undefined || a.participation === b.participation)
  );
}
