export { inWords } from './agreement';
export {
  runScenario,
  runScenarioKept,
  runScenarioText,
  scenarioFiles,
  type Engine,
  type Expectation,
  type Keeper,
} from './run';
export { coveringCases } from './covering-cases';
export { UnreadableScenario } from './yaml-source';
