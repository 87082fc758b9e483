export { inWords } from './agreement';
export { runScenario, runScenarioText, scenarioFiles, type Engine, type Expectation } from './run';
export { coveringCases } from './covering-cases';
export { UnreadableScenario } from './yaml-source';
