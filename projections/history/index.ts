export { factsOf, historyAt, knownAtLimit, type Fact, type History, type KnownAt } from './history';
