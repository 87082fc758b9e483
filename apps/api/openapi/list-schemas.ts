import { participations, schemes } from '../../../events';
import { causes, duplicateScopes, duplicateStates, exceptionKinds, exceptionReasons } from '../lists/list.query';
import { day, list, one, record, ref, region, text, whole, type Schema } from './schema';

const scheme = one(schemes);
const participation = one(participations);
const page = (basis: Record<string, Schema>, item: string): Schema =>
  record({
    basis: record(basis, Object.keys(basis)),
    items: list(ref(item)),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  });
const asked = { validOn: day, region };

/** The schemas of the lists; what has no value is left out of an item. */
export const listSchemas: Record<string, Schema> = {
  PersonList: page({ ...asked, scheme: text, participation: text, status: text }, 'ListedPerson'),
  ListedPerson: record(
    {
      person: text,
      region: { ...region, description: 'Where his relation is' },
      diedOn: day,
      relations: list(
        record(
          {
            scheme,
            region,
            participation,
            status: one(['normal', 'suspended', 'terminated']),
            since: day,
            through: day,
          },
          ['through'],
        ),
      ),
      benefit: record(
        {
          status: one(['covered', 'waiting', 'pending', 'paused', 'notCovered', 'undetermined']),
          scheme,
          region,
          basis: one(['employed', 'flexible', 'unemployed', 'retiree', 'resident']),
          since: day,
          through: day,
        },
        ['scheme', 'region', 'basis', 'since', 'through'],
      ),
    },
    ['region', 'diedOn'],
    'A person on the day; his answer says more, and why',
  ),
  ExceptionList: page({ ...asked, kind: text, why: text, question: text, rule: text, person: text }, 'ListedException'),
  ListedException: record(
    {
      person: text,
      kind: one(exceptionKinds),
      region,
      question: text,
      rule: text,
      why: one(exceptionReasons),
      needs: { ...text, description: 'What would settle it' },
      detail: text,
      since: day,
      through: day,
    },
    ['region', 'question', 'rule', 'why', 'needs', 'detail', 'since', 'through'],
  ),
  WaitingPeriodList: page(
    { ...asked, scheme: text, cause: text, endingFrom: day, endingThrough: day },
    'ListedWaitingPeriod',
  ),
  ListedWaitingPeriod: record({
    person: text,
    scheme,
    region,
    participation,
    cause: one(causes),
    rule: text,
    since: day,
    through: day,
    benefitsFrom: day,
  }),
  DuplicateList: page({ ...asked, scope: text, state: text }, 'ListedDuplicate'),
  ListedDuplicate: record(
    {
      person: text,
      scope: one(duplicateScopes),
      state: one(duplicateStates),
      relations: list(ref('Relation')),
      retained: record({ scheme, region }),
      others: one(['suspended', 'terminated', 'none']),
      rule: text,
      since: day,
      through: day,
    },
    ['retained', 'others', 'through'],
  ),
  ParkedList: page({}, 'ParkedPerson'),
  ParkedPerson: record(
    { person: text, stream: text, revision: whole, type: text, version: text, reason: text, parkedAt: text },
    ['version'],
  ),
};
