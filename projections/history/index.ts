export {
  byHappening,
  factsOf,
  historyAt,
  historyOf,
  historyOfKnown,
  isInOrder,
  isKnown,
  knownAtLimit,
  type Fact,
  type History,
  type KnownAt,
} from './history';
