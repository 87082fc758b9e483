export { factsOf, historyAt, historyOf, knownAtLimit, type Fact, type History, type KnownAt } from './history';
