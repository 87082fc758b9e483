export {
  byHappening,
  factsOf,
  historyAt,
  historyOf,
  historyOfKnown,
  isInOrder,
  knownAtLimit,
  type Fact,
  type History,
  type KnownAt,
} from './history';
